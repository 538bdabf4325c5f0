"""A backend's definitions as AWS CDK constructs, named and grouped as Amplify Gen 2 does."""
