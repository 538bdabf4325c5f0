import { useEffect, useState } from 'react';
import { generateClient } from 'aws-amplify/data';

const client = generateClient();

export function Todos() {
  const [{ items, isSynced }, setState] = useState({ items: [], isSynced: false });
  const [events, setEvents] = useState([]);
  const [errors, setErrors] = useState();
  useEffect(() => {
    const { Todo } = client.models;
    const note = kind => ({ next: todo => setEvents(was => [...was, `${kind} ${todo.content}`]) });
    const subscriptions = [
      Todo.observeQuery().subscribe({ next: setState, error: setErrors }),
      Todo.onCreate().subscribe(note('created')),
      Todo.onUpdate().subscribe(note('updated')),
      Todo.onDelete().subscribe(note('deleted')),
    ];
    return () => subscriptions.forEach(each => each.unsubscribe());
  }, []);
  const add = async form => {
    const { errors: refused } = await client.models.Todo.create({ content: form.get('content') });
    setErrors(refused);
  };
  return (
    <section>
      <p id="synced">{isSynced ? 'synced' : 'loading'}</p>
      <p id="errors">{errors && JSON.stringify(errors)}</p>
      <form action={add}>
        <input name="content" />
        <button>Add</button>
      </form>
      <ul>
        {items.map(({ id, content, done }) => (
          <li key={id}>
            <span>{done ? `${content}: done` : content}</span>
            <button onClick={() => client.models.Todo.update({ id, done: true })}>Finish {content}</button>
            <button onClick={() => client.models.Todo.delete({ id })}>Delete {content}</button>
          </li>
        ))}
      </ul>
      <pre id="events">{events.join('\n')}</pre>
    </section>
  );
}
