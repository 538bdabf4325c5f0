export function request(ctx) {
  return { payload: { sub: ctx.identity?.sub ?? null, mode: ctx.identity === null ? 'key' : 'identity' } };
}

export function response(ctx) {
  return ctx.result;
}
