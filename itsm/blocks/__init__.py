"""What several processes share, each built like a plugin but always on."""
