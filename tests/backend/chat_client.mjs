// A user of the chat application, by the unmodified aws-amplify client.
// node --import .amplify/front-end/node.cjs chat_client.mjs
//   <folder with node_modules> <amplify_outputs.json> <step> <user> <password> [<code>]
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';

const [packages, file, step, username, password, code] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(packages, 'package.json')));
const names = ['aws-amplify', 'aws-amplify/data', 'aws-amplify/auth'];
const amplify = Object.assign(
  {},
  ...(await Promise.all(names.map(name => import(pathToFileURL(require.resolve(name)))))),
);

amplify.Amplify.configure(JSON.parse(readFileSync(file, 'utf8')));
const client = amplify.generateClient();

async function signUp() {
  const { nextStep } = await amplify.signUp({
    username,
    password,
    options: { userAttributes: { email: username } },
  });
  return { next: nextStep.signUpStep };
}

async function confirm() {
  const { nextStep } = await amplify.confirmSignUp({ username, confirmationCode: code });
  return { next: nextStep.signUpStep };
}

// RFC 6238 with SHA-1, six digits and 30 seconds, as authenticator applications have it.
function totp(secret) {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...secret].map(each => letters.indexOf(each).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from(bits.match(/.{8}/g).map(each => parseInt(each, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000)));
  const hash = createHmac('sha1', key).update(step).digest();
  const at = hash[19] & 15;
  return String((hash.readUInt32BE(at) & 0x7fffffff) % 1000000).padStart(6, '0');
}

const refusal = action => action.then(() => 'allowed', error => error.name);

async function account() {
  const other = `${password}-new`;
  const wrong = await refusal(amplify.signIn({ username, password: 'Wrong-horse-1' }));
  await amplify.signIn({ username, password });
  const before = (await amplify.fetchAuthSession()).tokens.accessToken.toString();
  await new Promise(done => setTimeout(done, 1100)); // A token's times are in seconds.
  const after = (await amplify.fetchAuthSession({ forceRefresh: true })).tokens.accessToken.toString();
  const notOld = await refusal(amplify.updatePassword({ oldPassword: 'Wrong-horse-1', newPassword: other }));
  await amplify.updatePassword({ oldPassword: password, newPassword: other });
  const { sharedSecret } = await amplify.setUpTOTP();
  await amplify.verifyTOTPSetup({ code: totp(sharedSecret) });
  await amplify.updateMFAPreference({ totp: 'PREFERRED' });
  await amplify.signOut({ global: true });
  const asked = await amplify.signIn({ username, password: other });
  const badCode = await refusal(amplify.confirmSignIn({ challengeResponse: '000000' }));
  await refusal(amplify.signOut());
  await amplify.signIn({ username, password: other });
  const signed = await amplify.confirmSignIn({ challengeResponse: totp(sharedSecret) });
  await amplify.signOut();
  const gone = (await amplify.fetchAuthSession()).tokens === undefined;
  return {
    wrong,
    refreshed: before !== after,
    notOld,
    asked: asked.nextStep.signInStep,
    badCode,
    signedIn: signed.isSignedIn,
    gone,
  };
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

console.log(JSON.stringify(await { signUp, confirm, chat, account }[step]()));
process.exit(0);
