"""What a scene is before it is drawn, and the random lights and skies that scenes share."""

from dataclasses import dataclass, field

import numpy as np

from .material import Palette, colour
from .mesh import Mesh


@dataclass
class Light:
    position: np.ndarray
    colour: np.ndarray
    falloff: float = 0.0  # 1 / range², 0 for the sun
    cone: float = 0.0  # full angle of the shadow map in radians, 0: casts no shadow
    target: np.ndarray | None = None
    soft: float = 2.0


@dataclass
class Scene:
    rng: np.random.Generator
    mesh: Mesh = field(default_factory=Mesh)
    eye: np.ndarray = field(default_factory=lambda: np.zeros(3))
    target: np.ndarray = field(default_factory=lambda: np.array([0.0, 0.0, 1.0]))
    roll: float = 0.0
    fov: float = 1.0  # radians, along the longer edge of the picture
    lights: list = field(default_factory=list)
    sky_up: np.ndarray = field(default_factory=lambda: np.full(3, 0.3))
    sky_down: np.ndarray = field(default_factory=lambda: np.full(3, 0.15))
    zenith: np.ndarray = field(default_factory=lambda: np.array([0.2, 0.4, 0.8]))
    horizon: np.ndarray = field(default_factory=lambda: np.array([0.7, 0.75, 0.8]))
    cloud: np.ndarray = field(default_factory=lambda: np.full(3, 0.9))
    cover: float = 0.3
    fog: float = 0.0  # density per metre
    ao_radius: float = 0.5
    aperture: float = 0.0  # blur circle: aperture * |1/z - 1/focus| * focal, pixels
    focus: float = 1.0

    def __post_init__(self):
        self.palette = Palette(self.rng)

    def camera(self, eye, target, fov, roll=0.02):
        self.eye, self.target = np.asarray(eye, float), np.asarray(target, float)
        self.fov, self.roll = np.radians(fov), self.rng.normal() * roll


def tint(rng, warm):
    """A light's colour around white; warm is the spread."""
    k = rng.normal() * warm
    return np.array([1 + k, 1.0, 1 - 1.2 * k]).clip(0.4, 1.7)


def daylight(scene, far=60.0):
    """Sun or overcast sky, their colours, haze."""
    rng = scene.rng
    overcast = rng.random() < 0.35
    high, way = rng.uniform(0.15, 1.35), rng.uniform(0, 2 * np.pi)
    direction = np.array([np.cos(high) * np.cos(way), np.sin(high), np.cos(high) * np.sin(way)])
    golden = max(0.0, 0.6 - high)
    blue = tint(rng, 0.05) * np.array([0.5, 0.7, 1.0]) * rng.uniform(0.6, 1.2)
    if overcast:
        grey = rng.uniform(0.5, 1.1)
        scene.zenith, scene.horizon = np.full(3, grey * 0.8) * tint(rng, 0.04), np.full(3, grey) * tint(rng, 0.05)
        scene.cover, scene.cloud = rng.uniform(0.4, 1.0), np.full(3, grey)
    else:
        scene.zenith = blue * rng.uniform(0.25, 0.9)
        scene.horizon = np.array([0.8, 0.88, 0.95]) * rng.uniform(0.5, 1.1) + np.array([0.5, 0.15, -0.2]) * golden * rng.random()
        scene.cover, scene.cloud = rng.choice([0.0, rng.uniform(0.1, 0.8)]), np.full(3, rng.uniform(0.8, 1.3))
    sun = (0.25 if overcast else rng.uniform(0.8, 2.6)) * (tint(rng, 0.06) + np.array([0.4, 0.05, -0.3]) * golden)
    centre = np.asarray(scene.target) * 0.5 + np.asarray(scene.eye) * 0.5
    scene.lights = [Light(centre + direction * 220, sun, 0.0, 2 * np.arctan(far / 220), centre, rng.uniform(0.6, 2.5) * (6 if overcast else 1))]
    scene.sky_up = (0.5 * scene.zenith + 0.5 * scene.horizon) * (1.0 if overcast else rng.uniform(0.35, 0.7))
    scene.sky_down = scene.sky_up * rng.uniform(0.25, 0.6) * tint(rng, 0.1)
    scene.fog = rng.choice([0.0, 0.002, 0.006, rng.uniform(0.005, 0.05)], p=[0.35, 0.3, 0.2, 0.15])
    scene.ao_radius = rng.uniform(0.6, 1.5)


def lamplight(scene, low, high):
    """A key light with shadows and up to three fills inside the box low .. high, and a soft ambient light."""
    rng = scene.rng
    low, high = np.asarray(low, float), np.asarray(high, float)
    warm = rng.choice([0.03, 0.15])
    for k in range(rng.integers(1, 4)):
        at = low + (high - low) * rng.random(3)
        at[1] = high[1] - 0.05 - rng.choice([0, rng.random() * 0.5]) * (high[1] - low[1])
        reach = rng.uniform(0.02, 0.15) * 9 / max(np.square(high - low).mean(), 1e-3)
        aim = (np.asarray(scene.eye) + scene.target) / 2 + rng.normal(size=3) * 0.1
        scene.lights.append(Light(at, tint(rng, warm) * rng.uniform(0.5, 1.8) / (1 + k), reach, 2.2 if k < 2 else 0.0, aim, rng.uniform(1, 7)))
    level = rng.uniform(0.15, 0.65)
    scene.sky_up, scene.sky_down = level * tint(rng, warm), level * rng.uniform(0.5, 1.0) * tint(rng, warm)
    scene.ao_radius = rng.uniform(0.25, 0.8)
    scene.zenith, scene.horizon = colour(rng, value=0.9), np.full(3, 1.0)
