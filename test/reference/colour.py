"""Colour maps, depth visualisation, 16-bit export: diffusers' functions, and matplotlib's 256-entry tables."""

from contextlib import contextmanager

import matplotlib
import matplotlib.colors
import numpy as np
import PIL.Image
import torch
from diffusers.pipelines.marigold.marigold_image_processing import MarigoldImageProcessor

from fixture_store import write_case
from synthetic import scene_depth

TABLES = ["viridis", "magma", "inferno", "plasma", "turbo", "cividis", "gray"]
GRADIENTS = [["#ff8800", "#001122"], ["#ffe08a", "#c2417c", "#1b1464"], ["#000000", "#ff0000", "#000000"]]


@contextmanager
def pillow_without_mode():
    """diffusers 0.42 passes mode="I;16", which Pillow 13 refuses for uint16 arrays; without it Pillow infers the same."""
    original = PIL.Image.fromarray
    PIL.Image.fromarray = lambda array, mode=None: original(array)
    try:
        yield
    finally:
        PIL.Image.fromarray = original


def generate():
    tensors = {}
    for name in TABLES:
        colormap = matplotlib.colormaps[name]
        tensors[f"matplotlib.{name}"] = colormap(np.arange(256), bytes=True)[:, :3]
    for colours in GRADIENTS:
        made = matplotlib.colors.LinearSegmentedColormap.from_list("custom", colours)
        tensors[f"from_list.{'-'.join(colours)}"] = made(np.arange(256))[:, :3].astype(np.float32)
    # matplotlib's rule from a value to an index, at and around the edges of bins
    values = np.concatenate(
        [np.linspace(0, 1, 101), np.arange(256) / 256, [np.nextafter(np.float32(1), np.float32(0)), 0.999, 1.0]]
    ).astype(np.float32)
    tensors["values"] = values
    made = matplotlib.colors.LinearSegmentedColormap.from_list("custom", GRADIENTS[1])
    tensors["from_list_of_values"] = made(values)[:, :3].astype(np.float32)
    for name in ("viridis", "turbo", "gray", "viridis_r"):
        tensors[f"matplotlib_of_values.{name}"] = matplotlib.colormaps[name](values, bytes=True)[:, :3]

    outside = np.array([-0.5, -1e-6, 1 + 1e-6, 1.5], dtype=np.float32)
    positions = np.concatenate([np.linspace(0, 1, 1001, dtype=np.float32), outside])
    tensors["positions"] = positions
    for name in ("Spectral", "Spectral_r", "binary", "binary_r"):
        for as_bytes in (True, False):
            if not as_bytes and name.endswith("_r"):
                continue
            tensors[f"diffusers.{name}.{'bytes' if as_bytes else 'float'}"] = MarigoldImageProcessor.colormap(
                torch.from_numpy(positions), cmap=name, bytes=as_bytes, _force_method="custom"
            )

    depth = scene_depth(19, 27).astype(np.float32)
    tensors["depth"] = depth
    visualised = []
    for name, low, high in [("Spectral", 0.0, 1.0), ("Spectral", 0.2, 0.7), ("binary", 0.0, 1.0), ("viridis", 0.0, 1.0)]:
        key = f"visualize_depth.{name}.{low}.{high}"
        picture = MarigoldImageProcessor.visualize_depth(depth[None, :, :, None], low, high, name)[0]
        tensors[key] = np.array(picture)
        visualised.append({"out": key, "color_map": name, "val_min": low, "val_max": high})
    with pillow_without_mode():
        picture = MarigoldImageProcessor.export_depth_to_16bit_png(depth[None, :, :, None])[0]
    tensors["export_16bit"] = np.array(picture).astype(np.int32)
    uncertainty = np.abs(np.random.default_rng(61).normal(size=(19, 27))).astype(np.float32) * 0.03
    tensors["uncertainty"] = uncertainty
    picture = MarigoldImageProcessor.visualize_uncertainty(uncertainty[None, :, :, None], 95)[0]
    tensors["visualize_uncertainty.95"] = np.array(picture)
    write_case(
        "colour/colour",
        {
            "matplotlib": {"tables": TABLES, "from_list": GRADIENTS, "index": "trunc(x * 256), 1 -> 255; below 0 -> 0, above 1 -> 255"},
            "diffusers": "float32 interpolation between stops, bytes truncated",
            "visualize_depth": visualised,
            "export_16bit": "uint16 stored as int32; truncation",
        },
        tensors,
    )


if __name__ == "__main__":
    generate()
