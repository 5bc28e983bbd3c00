"""A plugin with twelve faults, each of another sort; `itsm plugins check` must name them all."""
