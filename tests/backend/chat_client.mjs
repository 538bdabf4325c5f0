// A user of the chat application, by the unmodified aws-amplify client.
// node chat_client.mjs <folder with node_modules> <amplify_outputs.json> <AWS endpoint> <step> <user> <password>
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

const [packages, file, endpoint, step, username, password] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(packages, 'package.json')));
const names = ['aws-amplify', 'aws-amplify/utils', 'aws-amplify/data', 'aws-amplify/auth'];
const amplify = Object.assign(
  {},
  ...(await Promise.all(names.map(name => import(pathToFileURL(require.resolve(name)))))),
);

// The two documented settings that amplify_outputs.json has no place for.
const config = amplify.parseAmplifyConfig(JSON.parse(readFileSync(file, 'utf8')));
config.Auth.Cognito.userPoolEndpoint = `${endpoint}/`;
config.Auth.Cognito.identityPoolEndpoint = `${endpoint}/`;
amplify.Amplify.configure(config);
const client = amplify.generateClient();

async function signUp() {
  const { nextStep } = await amplify.signUp({
    username,
    password,
    options: { userAttributes: { email: username } },
  });
  return { next: nextStep.signUpStep };
}

async function chat() {
  const signed = await amplify.signIn({ username, password, options: { authFlowType: 'USER_SRP_AUTH' } });
  const options = { authMode: 'userPool' };
  const { data: made, errors } = await client.models.Chat.create({ name: 'Tea' }, options);
  if (!made) return { errors };
  const wrong = await client.models.Chat.create({ name: '' }, options);
  for (const text of ['first', 'second'])
    await client.models.Message.create({ text, chatId: made.id }, options);
  const { data: room } = await client.models.Chat.get({ id: made.id }, options);
  const { data: related } = await room.messages({ ...options });
  const { data: listed } = await client.models.Message.list(options);
  const { data: byTime } = await client.models.Message.messagesByTime(
    { chatId: made.id },
    { ...options, sortDirection: 'DESC' },
  );
  const greeting = await client.queries.greet({ name: 'Ann' }, { authMode: 'apiKey' });
  const stranger = await client.models.Message.list({ authMode: 'apiKey' });
  await amplify.signOut();
  return {
    signedIn: signed.isSignedIn,
    refused: wrong.errors?.[0]?.message,
    related: related.map(each => each.text).sort(),
    listed: listed.map(each => each.text).sort(),
    byTime: byTime.map(each => each.text),
    owners: [...new Set(listed.map(each => each.owner))].length,
    greeting: greeting.data,
    stranger: stranger.errors?.[0]?.errorType ?? 'allowed',
  };
}

console.log(JSON.stringify(await (step === 'signUp' ? signUp() : chat())));
process.exit(0);
