// Shouts its argument and says who asked; refuses an empty text.
export const handler = async (event: {
  arguments: { text: string };
  identity?: { username?: string };
}) => {
  if (!event.arguments.text) throw new Error('nothing to shout');
  return { text: event.arguments.text.toUpperCase(), by: event.identity?.username ?? 'nobody' };
};
