"""Procedural RGB-D scenes: meshes, a rasteriser with exact planar depth, solid textures, light and lens."""
