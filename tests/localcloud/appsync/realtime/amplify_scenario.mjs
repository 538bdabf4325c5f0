// Subscribes and mutates with the unmodified aws-amplify client, as four callers, in Node or a page.
// Returns what each caller's subscription received, and what was refused.
export async function run(amplify, outputs, endpoint, username, password) {
  const { Amplify, Hub, generateClient, parseAmplifyConfig, signIn, signOut } = amplify;

  // The two documented settings that amplify_outputs.json has no place for.
  const config = parseAmplifyConfig(outputs);
  config.Auth.Cognito.userPoolEndpoint = `${endpoint}/`;
  config.Auth.Cognito.identityPoolEndpoint = `${endpoint}/`;
  Amplify.configure(config);

  const client = generateClient();
  const seconds = n => new Promise(done => setTimeout(done, n * 1000));

  // Resolves to the subscription once the server has acknowledged it, or to what refused it.
  function subscribed(model, options) {
    const received = [];
    return new Promise(resolve => {
      const stop = Hub.listen('api', ({ payload }) => {
        if (payload.event === 'Subscription ack') {
          stop();
          resolve({ received, subscription });
        }
      });
      const subscription = client.models[model].onCreate(options).subscribe({
        next: item => received.push(item),
        error: problem => {
          stop();
          resolve({ refused: JSON.stringify(problem) });
        },
      });
      setTimeout(() => resolve({ refused: 'no acknowledgement in 15 seconds' }), 15000);
    });
  }

  async function one(model, options, item) {
    const { received, subscription, refused } = await subscribed(model, options);
    if (refused) return { refused };
    const { data, errors } = await client.models[model].create(item, options);
    for (let waited = 0; waited < 5 && !received.length; waited += 0.05) await seconds(0.05);
    subscription.unsubscribe();
    return { created: data?.content, errors, received: received.map(found => found.content) };
  }

  const said = { guest: await one('Todo', { authMode: 'identityPool' }, { content: 'by a guest' }) };
  said.apiKey = await one('Memo', { authMode: 'apiKey' }, { content: 'with a key' });
  said.nobody = await one('Diary', { authMode: 'apiKey' }, { content: 'secret' });
  const { isSignedIn, nextStep } = await signIn({ username, password, options: { authFlowType: 'USER_SRP_AUTH' } });
  said.signedIn = isSignedIn || nextStep;
  said.owner = await one('Diary', { authMode: 'userPool' }, { content: 'by the owner' });
  said.identity = await one('Todo', { authMode: 'identityPool' }, { content: 'by an identity' });
  await signOut();
  return said;
}
