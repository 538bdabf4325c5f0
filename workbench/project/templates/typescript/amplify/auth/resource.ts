import { defineAuth } from '@aws-amplify/backend';

// People sign up and sign in with their email address.
export const auth = defineAuth({
  loginWith: { email: true },
});
