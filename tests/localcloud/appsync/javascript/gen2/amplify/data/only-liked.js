export const request = (ctx) => ({ payload: null });

export const response = (ctx) => ctx.prev.result.filter(({ likes }) => (likes ?? 0) > 0);
