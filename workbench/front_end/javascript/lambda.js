// Loaded in the process of a function on the local cloud.

// A custom resource's answer to CloudFormation: the CDK's and Amplify's functions send it by TLS to
// the default port, whatever its address says.
const ANSWER = /^https:\/\/(?:127\.0\.0\.1|localhost)(?::443)?(\/_ministack\/cfn-(?:response|signal)\/.*)$/s;
const { AWS_ENDPOINT_URL, AWS_REGION } = process.env;
if (AWS_ENDPOINT_URL && AWS_REGION) {
  // What the function was given as its settings is its backend's. Amplify's functions read some of them
  // when they start, and set them then.
  let settings, localAddress;
  const ours = address => {
    const now = Object.values(process.env).join(' ').toLowerCase();
    if (now !== settings) {
      settings = now;
      const names = now.match(/[\w.-]{3,}/g) ?? [];
      localAddress = addressesOf({ endpoint: AWS_ENDPOINT_URL, regions: [AWS_REGION], names });
    }
    return localAddress(address);
  };
  rerouteProcess(address => {
    const [, answer] = ANSWER.exec(address) ?? [];
    return answer ? AWS_ENDPOINT_URL + answer : ours(address);
  });
}
