// Loaded in the process of a function on the local cloud.

// A custom resource's answer to CloudFormation: the CDK's and Amplify's functions send it by TLS to
// the default port, whatever its address says.
const ANSWER = /^https:\/\/(?:127\.0\.0\.1|localhost)(?::443)?(\/_ministack\/cfn-(?:response|signal)\/.*)$/s;
const { AWS_ENDPOINT_URL, AWS_REGION } = process.env;
if (AWS_ENDPOINT_URL && AWS_REGION) {
  // What the function was given as its settings is its backend's.
  const names = Object.values(process.env).flatMap(value => value.toLowerCase().match(/[\w.-]{3,}/g) ?? []);
  const ours = addressesOf({ endpoint: AWS_ENDPOINT_URL, regions: [AWS_REGION], names });
  rerouteProcess(address => {
    const [, answer] = ANSWER.exec(address) ?? [];
    return answer ? AWS_ENDPOINT_URL + answer : ours(address);
  });
}
