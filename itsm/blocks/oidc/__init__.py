"""Sign in through a provider of OpenID Connect: code flow with PKCE, groups of the provider as roles of the desk."""
