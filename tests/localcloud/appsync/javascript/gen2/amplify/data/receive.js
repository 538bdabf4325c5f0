import { extensions, util } from "@aws-appsync/utils";

export const request = () => ({ payload: null });

export const response = (ctx) => {
  const filter = ctx.args.tag ? { tags: { contains: ctx.args.tag } } : {};
  extensions.setSubscriptionFilter(util.transform.toSubscriptionFilter(filter));
  return null;
};
