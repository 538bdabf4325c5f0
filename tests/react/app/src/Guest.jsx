import { useState } from 'react';
import { list, uploadData } from 'aws-amplify/storage';

export function Guest() {
  const [state, setState] = useState('');
  const say = action => action.then(
    answer => setState(`allowed: ${answer.items?.map(({ path }) => path).join(' ') ?? ''}`),
    problem => setState(`refused: ${problem.name}`),
  );
  return (
    <main>
      <h1>Guest</h1>
      <button onClick={() => say(list({ path: 'public/' }))}>List</button>
      <button onClick={() => say(uploadData({ path: 'public/guest.txt', data: 'x' }).result)}>Write</button>
      <p id="state">{state}</p>
    </main>
  );
}
