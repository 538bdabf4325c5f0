// Loaded in the process of a function on the local cloud.

const { AWS_ENDPOINT_URL, AWS_REGION } = process.env;
if (AWS_ENDPOINT_URL && AWS_REGION) {
  // What the function was given as its settings is its backend's.
  const names = Object.values(process.env).flatMap(value => value.toLowerCase().match(/[\w.-]{3,}/g) ?? []);
  rerouteProcess(addressesOf({ endpoint: AWS_ENDPOINT_URL, regions: [AWS_REGION], names }));
}
