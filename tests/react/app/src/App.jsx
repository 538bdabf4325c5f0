import { Authenticator } from '@aws-amplify/ui-react';
import { StorageBrowser } from '@aws-amplify/ui-react-storage';
import { signInWithRedirect } from 'aws-amplify/auth';
import { Account } from './Account.jsx';
import { Files } from './Files.jsx';
import { Guest } from './Guest.jsx';
import { Todos } from './Todos.jsx';

const page = new URLSearchParams(location.search).get('page');
const pages = { files: Files, browser: StorageBrowser, todos: Todos };
const passwordless = { passkeyRegistrationPrompts: page === 'passkeys' };
const components = {
  SignIn: { Header: () => <button onClick={() => signInWithRedirect()}>Hosted sign-in</button> },
};

export function App() {
  if (page === 'guest') return <Guest />;
  const Page = pages[page] ?? Account;
  return (
    <Authenticator components={components} passwordless={passwordless}>
      {({ signOut, user }) => (
        <main>
          <h1>{user.signInDetails?.loginId ?? user.username}</h1>
          <button onClick={signOut}>Sign out</button>
          <Page />
        </main>
      )}
    </Authenticator>
  );
}
