// Tells the credentials that it runs with, for a test to ask with them.
export const handler = async () => ({
  access_key: process.env.AWS_ACCESS_KEY_ID,
  secret_key: process.env.AWS_SECRET_ACCESS_KEY,
  token: process.env.AWS_SESSION_TOKEN,
});
