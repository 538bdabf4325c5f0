import { useState } from 'react';
import { getUrl, list, remove, uploadData } from 'aws-amplify/storage';

const own = name => ({ path: ({ identityId }) => `own/${identityId}/${name}` });

export function Files() {
  const [files, setFiles] = useState([]);
  const [state, setState] = useState('');
  const [picture, setPicture] = useState('');
  const refresh = async () => setFiles((await list({ ...own(''), options: { listAll: true } })).items);
  const upload = async event => {
    const [file] = event.target.files;
    setState('uploading');
    await uploadData({ ...own(file.name), data: file }).result.then(
      () => setState(`uploaded ${file.name}`),
      problem => setState(String(problem)),
    );
    await refresh();
  };
  const show = async path => {
    const { url } = await getUrl({ path });
    setPicture(url.toString());
    const answer = await fetch(url);
    setState(`fetched ${(await answer.blob()).size} bytes`);
  };
  const drop = async path => {
    await remove({ path });
    setState('removed');
    await refresh();
  };
  return (
    <section>
      <input type="file" onChange={upload} />
      <button onClick={refresh}>List</button>
      <p id="state">{state}</p>
      <ul>
        {files.map(({ path, size }) => (
          <li key={path}>
            <span>{path.split('/').pop()}: {size}</span>
            <button onClick={() => show(path)}>Show {path.split('/').pop()}</button>
            <button onClick={() => drop(path)}>Remove {path.split('/').pop()}</button>
          </li>
        ))}
      </ul>
      {picture && <img alt="" src={picture} />}
    </section>
  );
}
