"""Amplify Hosting's control plane on the local cloud: apps, branches, jobs, domains, webhooks."""
