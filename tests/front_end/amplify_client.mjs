// A front end's calls by the unmodified aws-amplify client, with nothing but its outputs.
// node --import .amplify/front-end/node.cjs amplify_client.mjs <folder with node_modules> <step> [...]
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { pathToFileURL } from 'node:url';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { join } from 'node:path';

const [packages, step, ...rest] = process.argv.slice(2);
const require = createRequire(pathToFileURL(join(packages, 'package.json')));
const names = ['aws-amplify', 'aws-amplify/auth', 'aws-amplify/storage'];
const load = name => import(pathToFileURL(require.resolve(name)));
const amplify = Object.assign({}, ...(await Promise.all(names.map(load))));
amplify.Amplify.configure(JSON.parse(readFileSync('amplify_outputs.json', 'utf8')));

// The client reads the parts of a large file by a class that only browsers have.
globalThis.FileReader = class {
  readAsArrayBuffer(blob) {
    blob.arrayBuffer().then(result => Object.assign(this, { result }).onload?.({ target: this }));
  }
};

const text = async result => (await result.body).text();
const steps = {
  async signUp(username, password) {
    const { nextStep } = await amplify.signUp({ username, password, options: { userAttributes: { email: username } } });
    return nextStep.signUpStep;
  },

  async storage(username, password, code) {
    await amplify.confirmSignUp({ username, confirmationCode: code });
    await amplify.signIn({ username, password });
    const { credentials } = await amplify.fetchAuthSession();
    const path = 'public/ü 1+2.txt';
    await amplify.uploadData({ path, data: 'hello' }).result;
    const large = new Uint8Array(6 * 1024 * 1024).fill(7);
    await amplify.uploadData({ path: 'public/large', data: large }).result;
    const { items } = await amplify.list({ path: 'public/' });
    const { url } = await amplify.getUrl({ path, options: { validateObjectExistence: true } });
    // As a page gets it: text in an <img>, JSON from a server, an address in a style.
    const forms = [String(url), url.href, url.toString(), JSON.parse(JSON.stringify({ url })).url];
    const opened = await Promise.all(forms.map(async each => (await fetch(each)).text()));
    const request = new Request(url, { headers: { range: 'bytes=1-2' } });
    const range = await fetch(request);
    const properties = await amplify.getProperties({ path: 'public/large' });
    const content = await text(await amplify.downloadData({ path }).result);
    await amplify.remove({ path });
    const left = (await amplify.list({ path: 'public/' })).items.map(each => each.path);
    await amplify.signOut();
    return {
      hasKeys: Boolean(credentials?.accessKeyId),
      items: items.map(each => [each.path, each.size]),
      hosts: [...new Set(forms.map(each => new URL(each).hostname))],
      opened: [...new Set(opened)],
      range: [range.status, await range.text()],
      large: properties.size,
      content,
      left,
    };
  },

  // A user's addresses; the codes come in by lines.
  async account(username, password, other) {
    const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
    const code = async () => {
      console.log('code');
      return (await lines.next()).value;
    };
    const said = promise => promise.then(() => 'done', error => `${error.name}: ${error.message}`);
    const email = async () => (await amplify.fetchUserAttributes()).email;
    const userAttributes = { email: username };
    const { nextStep } = await amplify.signUp({ username: username.toUpperCase(), password, options: { userAttributes } });
    const taken = await said(amplify.signUp({ username, password, options: { userAttributes } }));
    await amplify.confirmSignUp({ username, confirmationCode: await code() });
    await amplify.signIn({ username: username.toUpperCase(), password });
    const changed = await amplify.updateUserAttributes({ userAttributes: { email: other } });
    const before = await email();
    await amplify.sendUserAttributeVerificationCode({ userAttributeKey: 'email' });
    const userAttributeKey = 'email';
    const wrong = await said(amplify.confirmUserAttribute({ userAttributeKey, confirmationCode: 'no' }));
    await amplify.confirmUserAttribute({ userAttributeKey, confirmationCode: await code() });
    const after = await amplify.fetchUserAttributes();
    await amplify.signOut();
    const reset = await amplify.resetPassword({ username: other });
    await amplify.confirmResetPassword({ username: other, newPassword: `${password}2`, confirmationCode: await code() });
    return {
      signUp: nextStep.codeDeliveryDetails.destination,
      taken,
      change: changed.email.nextStep.updateAttributeStep,
      before,
      wrong,
      after: [after.email, after.email_verified],
      reset: reset.nextStep.codeDeliveryDetails.destination,
    };
  },

  // The AWS SDK by itself, with an identity pool's keys: it sends by node:https.
  async sdk(bucket) {
    const { credentials } = await amplify.fetchAuthSession();
    const from = name => import(pathToFileURL(require.resolve(name)));
    const { S3, GetObjectCommand } = await from('@aws-sdk/client-s3');
    const { Upload } = await from('@aws-sdk/lib-storage');
    const { STS } = await from('@aws-sdk/client-sts');
    const s3 = new S3({ region: 'us-east-1', credentials });
    const key = 'a b/+ü.txt';
    const body = Readable.from(['one ', 'two'].map(each => Buffer.from(each)));
    await new Upload({ client: s3, params: { Bucket: bucket, Key: key, Body: body } }).done();
    const answer = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    const listed = await s3.listObjectsV2({ Bucket: bucket });
    const { Arn } = await new STS({ region: 'us-east-1', credentials }).getCallerIdentity({});
    const refused = await s3.getObject({ Bucket: bucket, Key: 'none' }).catch(error => error.name);
    return {
      text: await answer.Body.transformToString(),
      keys: listed.Contents.map(each => each.Key),
      role: Arn.split('/')[1],
      refused,
    };
  },

  // What libraries for OpenID Connect ask first.
  async discovery(pool) {
    const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${pool}`;
    return (await fetch(`${issuer}/.well-known/openid-configuration`)).json();
  },

  // A local cloud that is not there is named, once.
  async gone() {
    const said = [];
    console.warn = text => said.push(text);
    for (const _ of [1, 2]) await amplify.fetchAuthSession().catch(() => undefined);
    await new Promise(done => setTimeout(done, 500));
    return said;
  },

  // The ways to send a body, and to stop sending it, by fetch itself.
  async bodies(pool) {
    const address = 'https://cognito-idp.us-east-1.amazonaws.com/';
    const call = (body, more) => ({
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AWSCognitoIdentityProviderService.InitiateAuth' },
      body,
      ...more,
    });
    const wrong = JSON.stringify({ AuthFlow: 'USER_SRP_AUTH', ClientId: 'none' });
    const stream = () => new Response(wrong).body;
    const said = async response => (await response.json()).__type;
    const aborted = AbortSignal.abort();
    const refused = sent => sent.then(() => 'sent', error => error.name);
    const keys = await new Promise((done, failed) => {
      https.get(`https://cognito-idp.us-east-1.amazonaws.com/${pool}/.well-known/jwks.json`, answer => {
        answer.setEncoding('utf8');
        let body = '';
        answer.on('data', part => (body += part)).on('end', () => done(JSON.parse(body).keys.length));
      }).on('error', failed);
    });
    return {
      text: await said(await fetch(address, call(wrong))),
      url: await said(await fetch(new URL(address), call(wrong))),
      stream: await said(await fetch(address, call(stream(), { duplex: 'half' }))),
      request: await said(await fetch(new Request(address, call(wrong)))),
      requestAndInit: await said(await fetch(new Request(address), call(wrong))),
      streamedRequest: await said(await fetch(new Request(address, call(stream(), { duplex: 'half' })))),
      aborted: [await refused(fetch(address, call(wrong, { signal: aborted }))), await refused(fetch(new Request(address, call(wrong, { signal: aborted }))))],
      keys,
    };
  },
};

console.log(JSON.stringify(await steps[step](...rest)));
process.exit(0);
