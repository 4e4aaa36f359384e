"""One seed, one picture: the colour image and its planar depth."""

import numpy as np
from scipy.ndimage import gaussian_filter

from . import close, indoor, outdoor, shade
from .raster import look_at, rasterise, to_camera
from .scene import Scene

INDOOR = {indoor.room: 0.36, indoor.corridor: 0.07, indoor.stairs: 0.04, close.still_life: 0.22, close.portrait: 0.12, close.pet: 0.1, close.shapes: 0.09}
OUTDOOR = {outdoor.street: 0.28, outdoor.landscape: 0.2, outdoor.park: 0.22, outdoor.monument: 0.16, close.bloom: 0.14}
SHADOW = 448


def compose(rng, family):
    """A random scene of family 'indoor' or 'outdoor'."""
    builders = INDOOR if family == "indoor" else OUTDOOR
    weights = np.array(list(builders.values()))
    scene = Scene(rng)
    list(builders)[rng.choice(len(weights), p=weights / weights.sum())](scene)
    return scene


def _blur(image, depth, scene, focal):
    """Depth of field: blurred copies mixed by each pixel's circle of confusion, far layers first."""
    height, width, _ = image.shape
    inverse = np.where(np.isfinite(depth), 1.0 / depth, 0.0)
    circle = scene.aperture * (inverse - 1.0 / scene.focus) * width
    levels = np.array([0.7, 1.6, 3.2, 6.5, 13.0])
    out = image
    for side in (-1, 1):
        share = np.clip(side * circle, 0, levels[-1])
        if share.max() < 0.4:
            continue
        for s in levels:
            mask = np.clip((share - 0.5 * s) / (0.5 * s), 0, 1)
            if mask.max() <= 0:
                break
            m = gaussian_filter(mask, s * 0.7)
            soft = np.stack([gaussian_filter(image[..., i] * mask, s) for i in range(3)], -1) / (gaussian_filter(mask, s)[..., None] + 1e-4)
            if side < 0:
                m = np.minimum(m, np.clip(mask * 4, 0, 1))
            out = out * (1 - m[..., None]) + soft * m[..., None]
    return out


def _expose(image, rng):
    """Exposure, white balance, vignette and tone curve: linear radiance to sRGB 0..1."""
    height, width, _ = image.shape
    key = np.exp(np.log(np.mean(image, -1) + 1e-4).mean())
    image = image * (rng.uniform(0.13, 0.3) / key) ** rng.uniform(0.75, 1.0)
    image = image * (1 + rng.normal(size=3) * 0.06)
    y, x = np.mgrid[-1:1:height * 1j, -1:1:width * 1j]
    image = image * (1 - rng.choice([0, rng.uniform(0, 0.35)]) * (x * x + y * y)[..., None])
    shoulder = rng.uniform(0.0, 0.6)
    image = np.maximum(image, 0)
    image = image * (1 + image * 0.1) / (1 + shoulder * image)
    image = np.clip(image, 0, 1) ** (1 / 2.2)
    s = rng.uniform(0, 0.5)
    image = image * (1 - s) + s * (image * image * (3 - 2 * image))
    grey = image.mean(-1, keepdims=True)
    return np.clip(grey + (image - grey) * rng.uniform(0.75, 1.25), 0, 1)


def render(seed, family, width, height):
    """Draw scene `seed`. Returns sRGB uint8 [height, width, 3] and depth float32 [height, width], metres, inf for the sky."""
    rng = np.random.default_rng([seed, 0 if family == "indoor" else 1])
    scene = compose(rng, family)
    focal = max(width, height) * 0.5 / np.tan(scene.fov / 2)
    rotation = look_at(scene.eye, scene.target, scene.roll)
    points, normals, material, casts = scene.mesh.arrays()
    depth, triangle = rasterise(to_camera(points, rotation, scene.eye), focal, width, height)
    position, normal = shade.surface(depth, triangle, points, normals, focal, rotation, scene.eye)
    in_camera = normal @ rotation.T.astype(np.float32)
    ao = shade.occlusion(depth, in_camera, focal, scene.ao_radius)
    ordered = sorted(scene.lights, key=lambda light: light.cone == 0)
    shadows, focals, rotations, soft = [], [], [], []
    for light in ordered:
        if light.cone > 0:
            f, r = SHADOW * 0.5 / np.tan(light.cone / 2), look_at(light.position, light.target)
            shadows.append(rasterise(to_camera(points[casts], r, light.position), f, SHADOW, SHADOW)[0])
            focals.append(f), rotations.append(r), soft.append(light.soft)
    lights = np.array([[*light.position, *light.colour, light.falloff] for light in ordered])
    image = np.zeros((height, width, 3), np.float32)
    shade.sky(height, width, focal, rotation, scene.zenith, scene.horizon, scene.cloud, scene.cover, float(seed % 997), image)
    fog = np.array([*(0.7 * scene.horizon + 0.3 * scene.sky_up), scene.fog])
    shade.shade(depth, triangle, position, normal, ao, material, scene.palette.array(), scene.eye, lights, np.array(shadows), np.array(focals),
                np.array(rotations), np.array(soft), scene.sky_up, scene.sky_down, fog, image)
    image = np.nan_to_num(image, nan=0.0, posinf=4.0)
    if scene.aperture > 0:
        image = _blur(image, depth, scene, focal)
    return (_expose(image, rng) * 255 + 0.5).astype(np.uint8), depth
