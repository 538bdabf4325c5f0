// Admits the token "open"; with "half" it hides Custom.hidden; anything else is refused.
export const handler = async (event: { authorizationToken: string }) => ({
  isAuthorized: ['open', 'half'].includes(event.authorizationToken),
  resolverContext: { token: event.authorizationToken },
  deniedFields: event.authorizationToken === 'half' ? ['Custom.hidden'] : [],
  ttlOverride: 0,
});
