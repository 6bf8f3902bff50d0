"""Provider: a hospital's own login says who somebody is (OpenID Connect). docs/pages.md"""
