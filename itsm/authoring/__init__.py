"""For authors of plugins: `itsm plugins new` makes a package, `itsm plugins check` tries one against the contract."""
