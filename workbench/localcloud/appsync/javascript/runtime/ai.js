// The module `@aws-appsync/utils/ai`: requests for a Bedrock data source.

const bedrock = (operation) => (payload) => {
  if (!$.isObject(payload) || typeof payload.modelId !== "string") {
    throw new TypeError("A Bedrock request needs a modelId");
  }
  return { operation, ...payload };
};

$.groups.aiModule = Object.freeze({
  invokeModel: bedrock("InvokeModel"),
  converse: bedrock("Converse"),
});
