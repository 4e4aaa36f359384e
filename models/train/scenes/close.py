"""Close-ups: things on a table, portraits, animals, flowers, and free arrangements of shapes."""

import numpy as np

from . import living, outside, things
from .indoor import furnish, shell
from .mesh import spin
from .scene import daylight, lamplight


def backdrop(scene, near, indoors):
    """Something out of focus behind a close subject at distance `near`."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    if indoors:
        z = near * rng.uniform(1.3, 6) + 0.3
        w = z * 3
        mesh.quad((-w, -3, z), (w, -3, z), (w, 4, z), (-w, 4, z), pal.wall() if rng.random() < 0.7 else pal.cloth(2.0), False)
        for _ in range(rng.integers(0, 7)):
            x, y = rng.uniform(-0.7, 0.7) * z, rng.uniform(-0.6, 1.2) * near + 0.2
            s = rng.uniform(0.1, 0.7, 2) * z * 0.5
            mesh.box((x, y, z - rng.uniform(0.02, 0.4) * (z - near)), (s[0], s[1], 0.05), pal.picture(1.0) if rng.random() < 0.5 else pal.cloth(1.0), casts=False)
        return
    base = rng.uniform(-1.6, -0.3)
    mesh.quad((-90, base, -5), (90, base, -5), (90, base, 160), (-90, base, 160), pal.ground(), False)
    greens = [pal.foliage() for _ in range(3)]
    for _ in range(rng.integers(4, 22)):
        z = near + rng.uniform(0.6, 5) ** 2
        x, k = rng.uniform(-0.9, 0.9) * z, rng.random()
        if k < 0.45:
            outside.bush(mesh, pal, rng, x, base, z, rng.uniform(0.4, 2.2), greens[rng.integers(3)])
        elif k < 0.85:
            outside.tree(mesh, pal, rng, x, base, z + 2, rng.uniform(2.5, 8), greens[rng.integers(3)])
        else:
            outside.building(mesh, pal, rng, x * 2, base, z + 12, rng.uniform(3, 10, 3), rng.uniform(0, 1))


def lens(scene, near, strength):
    """Focus on the subject; `strength` is the blur of the far background in hundredths of the picture's width."""
    scene.focus = near
    scene.aperture = strength * 0.01 * near


def still_life(scene):
    """Things on a table top or on the floor, seen from close by."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    k = np.exp(rng.uniform(np.log(0.5), np.log(2.2)))
    size = rng.uniform(0.5, 2.0, 2) * k + 0.3
    top = pal.floor() if rng.random() < 0.4 else pal.wood() if rng.random() < 0.6 else pal.cloth(0.6)
    mesh.box((0, -0.02, 0), (size[0] * 2, 0.04, size[1] * 1.6), top, spin(rng.normal() * 0.3))
    for _ in range(rng.integers(1, 9)):
        p = rng.normal(size=2) * 0.28 * size
        things.small(mesh, pal, rng, p[0], 0.0, p[1], k * rng.uniform(0.7, 2.2))
    distance, pitch = rng.uniform(0.3, 1.0) * k, rng.choice([rng.uniform(0.05, 0.5), rng.uniform(0.3, 1.45)])
    eye = np.array([0.0, np.sin(pitch) * distance + 0.08, -np.cos(pitch) * distance])
    scene.camera(eye, (rng.normal() * 0.06, rng.uniform(0, 0.08) * k, rng.normal() * 0.05), rng.uniform(35, 70), 0.06)
    if rng.random() < 0.75:
        mark = len(mesh.points)
        backdrop(scene, size[1] * 0.8, True)
        if rng.random() < 0.7:
            y = -rng.uniform(0.4, 0.9)
            mesh.quad((-9, y, -3), (9, y, -3), (9, y, 12), (-9, y, 12), pal.floor(), False)
        assert len(mesh.points) > mark
        lamplight(scene, (-1.5, 0.5, -1.2), (1.5, 1.8, 0.5))
    else:
        backdrop(scene, size[1], False)
        daylight(scene, 8.0)
    lens(scene, distance, rng.choice([0.0, rng.uniform(0.3, 3.0)]))


def portrait(scene):
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    z = rng.uniform(0.6, 2.2)
    for i in range(rng.choice([1, 1, 1, 2, 3])):
        living.bust(mesh, pal, rng, rng.normal() * 0.1 + (i * 0.5 if i != 2 else -0.5), 0.05 * rng.normal(), z + i * rng.uniform(0, 0.5), rng.normal() * 0.5)
    indoors = rng.random() < 0.6
    scene.camera((0, rng.normal() * 0.12, 0), (rng.normal() * 0.1, rng.uniform(-0.25, 0.05), z), rng.uniform(35, 62), 0.05)
    backdrop(scene, z, indoors)
    if indoors:
        lamplight(scene, (-1.6, 0, -0.5), (1.6, 1.6, z * 0.8))
    else:
        daylight(scene, 12.0)
    lens(scene, z, rng.choice([0.0, rng.uniform(0.5, 5.0)]))


def pet(scene):
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    size = rng.uniform(0.4, 1.2)
    distance = size * rng.uniform(0.7, 2.2)
    indoors = rng.random() < 0.55
    if indoors:
        mesh.quad((-9, 0, -3), (9, 0, -3), (9, 0, 14), (-9, 0, 14), pal.floor() if rng.random() < 0.7 else pal.cloth(1.0), False)
    living.animal(mesh, pal, rng, rng.normal() * 0.08, 0, distance, rng.choice([rng.normal() * 0.7, rng.uniform(0, 6.3)]), size)
    h = rng.uniform(0.2, 1.3) * size
    scene.camera((rng.normal() * 0.2, h, 0), (rng.normal() * 0.08, size * rng.uniform(0.25, 0.6), distance - 0.3 * size), rng.uniform(38, 68), 0.06)
    backdrop(scene, distance + size, indoors)
    if indoors:
        for _ in range(rng.integers(0, 3)):
            furnish(scene, rng.choice([-1, 1]) * rng.uniform(0.8, 2), distance + rng.uniform(0.8, 3), rng.uniform(0, 6.3))
        lamplight(scene, (-2, 0.5, -1), (2, 2.4, distance))
    else:
        if rng.random() < 0.5:
            mesh.quad((-90, 0, -3), (90, 0, -3), (90, 0, 150), (-90, 0, 150), pal.ground(), False)
        daylight(scene, 14.0)
    lens(scene, distance - 0.4 * size, rng.choice([0.0, rng.uniform(0.5, 4.0)]))


def bloom(scene):
    """Flowers and leaves in front of foliage."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    vivid = [pal.plain(a=c) for c in rng.dirichlet([0.5, 0.5, 0.5], 3) * rng.uniform(0.5, 1.0)]
    heart, green = pal.fur(), pal.foliage()
    near = rng.uniform(0.25, 0.6)
    for i in range(rng.choice([1, 1, 2, 4, 8])):
        at = np.array([rng.normal() * 0.05, rng.normal() * 0.04, near]) if i == 0 else np.array([rng.normal() * 0.2, rng.normal() * 0.14, near + rng.uniform(0.05, 0.6)])
        tilt = spin(rng.uniform(0, 6.3), 0, 0) @ spin(0, rng.normal() * 0.6, rng.normal() * 0.4)
        tilt = spin(0, -rng.uniform(0.2, 1.5), 0) @ tilt
        flower = rng.uniform(0.04, 0.11)
        outside.flower(mesh, pal, rng, *at, flower, tilt, vivid[rng.integers(3)], heart)
        mesh.tube([at, at - np.array([rng.normal() * 0.03, 0.2, -0.02]), at - np.array([rng.normal() * 0.1, 0.6, -0.05])], 0.004, green, 6)
    for _ in range(rng.integers(5, 40)):
        p, s = np.array([rng.normal() * 0.4, rng.normal() * 0.3 - 0.1, near + rng.uniform(0.08, 1.5)]), rng.uniform(0.04, 0.16)
        mesh.blob(p, (s * 0.45, 0.004, s), green, spin(*rng.uniform(0, 6.3, 3)), detail=7)
    scene.camera((0, rng.uniform(-0.05, 0.15), 0), (0, 0, near), rng.uniform(30, 55), 0.1)
    backdrop(scene, near + 0.5, rng.random() < 0.2)
    daylight(scene, 6.0)
    scene.ao_radius = 0.08
    lens(scene, near, rng.uniform(0.3, 5.0))


def shapes(scene):
    """Random shapes at random distances: occlusion and shading without any habit of the world."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    w, h, d = rng.uniform(4, 12), rng.uniform(3, 8), rng.uniform(4, 14)
    shell(scene, w, h, d)
    for _ in range(rng.integers(5, 24)):
        p = np.array([rng.uniform(-0.45, 0.45) * w, rng.uniform(0, 1) * h * 0.9, rng.uniform(0.15, 0.95) * d])
        s, turn, m, k = rng.uniform(0.1, 1.0, 3) * rng.uniform(0.3, 1.2), spin(*rng.uniform(0, 6.3, 3)), pal.cloth(1.0), rng.random()
        if rng.random() < 0.6:
            p[1] = s[1] * 0.5
        if k < 0.35:
            mesh.box(p, s, m, turn)
        elif k < 0.65:
            mesh.blob(p, s * 0.6, m, turn, rng.choice([0, 0.3]), rng, 16)
        elif k < 0.85:
            r = s[0] * 0.5 * rng.uniform(0.2, 1, 6)
            mesh.lathe(p, [*zip(r, np.linspace(-0.5, 0.5, 6) * s[1] * 2)], m, turn)
        else:
            mesh.tube(p + np.cumsum(rng.normal(size=(7, 3)) * s * 0.4, 0), rng.uniform(0.01, 0.12), m)
    scene.camera((rng.normal() * 0.2, rng.uniform(0.3, 0.8) * h, 0.2), (rng.normal() * 0.8, rng.uniform(0.1, 0.7) * h, d * 0.6), rng.uniform(45, 80), 0.1)
    lamplight(scene, (-w * 0.4, 1, 0.3), (w * 0.4, h, d * 0.7))
