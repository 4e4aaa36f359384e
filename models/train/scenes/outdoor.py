"""Streets, landscapes, parks and monuments."""

import numpy as np

from . import living, outside
from .pattern import WATER
from .mesh import spin
from .scene import daylight


def ground(scene, material, y=0.0, reach=400.0):
    scene.mesh.quad((-reach, y, -30), (reach, y, -30), (reach, y, reach), (-reach, y, reach), material, False)


def street(scene):
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    ground(scene, pal.ground("road"))
    road, walk, length = rng.uniform(2.5, 7), rng.uniform(1.2, 4), rng.uniform(40, 140)
    pave = pal.ground("paving")
    for s in (-1, 1):
        mesh.box((s * (road + walk / 2), 0.06, length / 2), (walk, 0.14, length + 40), pave, casts=False)
        z = -6.0
        skins = [pal.facade() for _ in range(4)]
        while z < length:
            w, tall = rng.uniform(5, 18), rng.uniform(3.5, 22)
            if rng.random() < 0.85:
                outside.building(mesh, pal, rng, s * (road + walk + 4 + rng.uniform(0, 2)), 0, z + w / 2, (8, tall, w), 0.0, skins[rng.integers(4)])
            else:
                outside.tree(mesh, pal, rng, s * (road + walk + 3), 0, z + w / 2, rng.uniform(4, 10))
            z += w + rng.choice([0, 0, rng.uniform(1, 6)])
        step = rng.uniform(6, 18)
        green, bark, what = pal.foliage(), pal.wood(), rng.random()
        for z in np.arange(rng.uniform(2, 8), length, step):
            if what < 0.4:
                outside.tree(mesh, pal, rng, s * (road + 0.7), 0.1, z, rng.uniform(3.5, 8), green, bark)
            elif what < 0.8:
                outside.pole(mesh, pal, rng, s * (road + 0.5), 0.1, z, rng.uniform(3, 8), -s * rng.uniform(0, 2))
        if rng.random() < 0.6:
            for z in np.arange(rng.uniform(1, 9), length * 0.7, rng.uniform(5.2, 9)):
                if rng.random() < 0.6:
                    outside.car(mesh, pal, rng, s * (road - 1.1), 0, z, 0 if s > 0 else np.pi)
    if rng.random() < 0.6:
        paint = pal.plain(a=np.full(3, 0.7))
        for z in np.arange(1, length * 0.6, 5):
            mesh.box((0, 0.005, z), (0.14, 0.012, 2.2), paint, casts=False)
    for _ in range(rng.integers(0, 4)):
        outside.car(mesh, pal, rng, rng.uniform(-0.5, 0.5) * road, 0, rng.uniform(6, 40), rng.choice([0, np.pi]))
    for _ in range(rng.integers(0, 9)):
        living.person(mesh, pal, rng, rng.choice([-1, 1]) * (road + rng.uniform(-0.6, walk)), 0.1, rng.uniform(3, 25), rng.uniform(0, 6.3))
    if rng.random() < 0.3:
        wire = pal.plain(a=np.full(3, 0.02))
        for k in range(rng.integers(1, 4)):
            mesh.tube([(-road - 1, 6 + k * 0.4, 2), (road * rng.uniform(-1, 1), 5.6 + k * 0.4, 30), (road + 1, 6.4, 70)], 0.015, wire, 4)
    scene.camera((rng.uniform(-0.9, 0.9) * (road + walk * 0.5), rng.choice([rng.uniform(1.2, 2), rng.uniform(1.2, 6)]), 0), (rng.normal() * 3, rng.normal(2.0, 1.2), 25), rng.uniform(45, 85))
    daylight(scene, 50.0)


def landscape(scene):
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    n = 90
    x = np.linspace(-1, 1, n)
    z = np.linspace(0, 1, n) ** 2.2 * 260 - 4
    wide = np.abs(z)[:, None] * 1.3 + 25
    X, Z = x[None] * wide, np.repeat(z[:, None], n, 1)
    Y = np.zeros_like(X)
    rough, hills = rng.uniform(0.02, 0.5), rng.uniform(0.0, 1.0)
    for _ in range(9):
        f = np.exp(rng.uniform(np.log(0.015), np.log(0.5)))
        a = rng.uniform(0, 6.3)
        Y += np.sin((X * np.cos(a) + Z * np.sin(a)) * f + rng.uniform(0, 6)) * min(rough * 0.12 / f ** 0.9, 6)
    Y += hills * np.clip(Z - rng.uniform(20, 120), 0, None) * 0.25 * (0.5 + 0.5 * np.sin(X * rng.uniform(0.01, 0.04) + rng.uniform(0, 6)))
    if rng.random() < 0.35:
        k = rng.choice([-1, 1])
        Y += np.clip(k * X / wide, 0, 1) * Z * rng.uniform(0.05, 0.4)
    soil = pal.ground()
    mesh.grid(np.stack([X, Y, Z], -1), soil, False)
    height = lambda px, pz: Y[np.abs(z - pz).argmin(), np.abs(X[np.abs(z - pz).argmin()] - px).argmin()]
    y0 = height(0, 0)
    if rng.random() < 0.35:
        level = y0 - rng.uniform(0.3, 2.0)
        water = pal.add(WATER, a=np.array([0.03, 0.07, 0.09]), b=np.array([0.06, 0.12, 0.14]), scale=rng.uniform(0.3, 2), mirror=0.9, bump=0.4, bump_scale=4, gloss=0.6)
        ground(scene, water, level)
    greens, bark, stone = [pal.foliage() for _ in range(3)], pal.wood(), pal.ground("dirt")
    for _ in range(rng.choice([0, 6, 20, 45])):
        pz = rng.uniform(2, 14) ** 2 * 0.9 + 3
        px = rng.uniform(-0.8, 0.8) * pz
        outside.tree(mesh, pal, rng, px, height(px, pz), pz, rng.uniform(2, 10), greens[rng.integers(3)], bark)
    for _ in range(rng.integers(0, 18)):
        pz = rng.uniform(1.2, 6) ** 2
        px, k = rng.uniform(-0.8, 0.8) * pz, rng.random()
        if k < 0.5:
            outside.rock(mesh, pal, rng, px, height(px, pz), pz, rng.uniform(0.2, 2.0), stone)
        else:
            outside.bush(mesh, pal, rng, px, height(px, pz), pz, rng.uniform(0.3, 1.5), greens[rng.integers(3)])
    for _ in range(rng.choice([0, 0, 1, 3])):
        pz = rng.uniform(15, 90)
        px = rng.uniform(-0.6, 0.6) * pz
        outside.building(mesh, pal, rng, px, height(px, pz) - 0.5, pz, rng.uniform(4, 10, 3), rng.uniform(0, 3))
    if rng.random() < 0.5:
        base = rng.uniform(180, 380)
        u = np.linspace(-1.4, 1.4, 120)
        for k in range(rng.integers(1, 4)):
            zz = base * (1 + 0.35 * k)
            ridge = sum(np.sin(u * f * 6 + rng.uniform(0, 6)) / f for f in (1, 2.1, 4.3, 9, 19)) * zz * 0.05 + zz * rng.uniform(0.03, 0.25)
            mesh.grid(np.stack([np.stack([u * zz, ridge, 0 * u + zz], 1), np.stack([u * zz, 0 * u - 30, 0 * u + zz * 0.8], 1)]), soil if k == 0 else stone, False)
    eye = y0 + rng.choice([rng.uniform(0.6, 2), rng.uniform(2, 8)])
    scene.camera((0, eye, 0), (rng.normal() * 4, eye + rng.normal(-1.5, 2.0), 25), rng.uniform(42, 82))
    daylight(scene, 40.0)


def park(scene):
    """A lawn or square with people, benches, fences, trees, vehicles, animals."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    ground(scene, pal.ground())
    if rng.random() < 0.5:
        mesh.box((rng.normal() * 2, 0.01, 40), (rng.uniform(1.2, 6), 0.02, 90), pal.ground("paving"), spin(rng.normal() * 0.4), casts=False)
    greens = [pal.foliage() for _ in range(3)]
    for _ in range(rng.integers(3, 30)):
        z = rng.uniform(1.8, 7.5) ** 2
        x, k = rng.uniform(-0.75, 0.75) * z, rng.random()
        if k < 0.3:
            outside.tree(mesh, pal, rng, x, 0, z, rng.uniform(2.5, 9), greens[rng.integers(3)])
        elif k < 0.48:
            outside.bush(mesh, pal, rng, x, 0, z, rng.uniform(0.4, 1.8), greens[rng.integers(3)])
        elif k < 0.72:
            living.person(mesh, pal, rng, x, 0, z, rng.uniform(0, 6.3))
        elif k < 0.8:
            living.animal(mesh, pal, rng, x, 0, z, rng.uniform(0, 6.3), rng.uniform(0.4, 2.2))
        elif k < 0.86:
            outside.rock(mesh, pal, rng, x, 0, z, rng.uniform(0.3, 1.4), pal.ground("dirt"))
        elif k < 0.93:
            outside.pole(mesh, pal, rng, x, 0, z, rng.uniform(2, 6))
        else:
            outside.car(mesh, pal, rng, x, 0, z + 3, rng.uniform(0, 6.3))
    for _ in range(rng.integers(0, 3)):
        z = rng.uniform(4, 25)
        outside.fence(mesh, pal, rng, (-rng.uniform(0.2, 1) * z, 0, z * rng.uniform(0.6, 1.4)), (rng.uniform(0.2, 1) * z, 0, z * rng.uniform(0.6, 1.4)), rng.uniform(0.6, 2))
    for _ in range(rng.integers(0, 4)):
        z = rng.uniform(18, 90)
        outside.building(mesh, pal, rng, rng.uniform(-0.9, 0.9) * z, 0, z, (rng.uniform(5, 18), rng.uniform(3, 14), rng.uniform(5, 12)), rng.uniform(-0.6, 0.6))
    if rng.random() < 0.6:
        for x in np.linspace(-70, 70, 26):
            outside.bush(mesh, pal, rng, x + rng.normal(), 0, rng.uniform(45, 75), rng.uniform(4, 12), greens[rng.integers(3)])
    h = rng.choice([rng.uniform(0.5, 1.2), rng.uniform(1.3, 2), rng.uniform(2, 5)])
    scene.camera((0, h, 0), (rng.normal() * 3, h + rng.normal(-0.8, 1.0), 12), rng.uniform(40, 80))
    daylight(scene, 35.0)


def monument(scene):
    """One building, temple or tower that fills much of the picture."""
    rng, mesh, pal = scene.rng, scene.mesh, scene.palette
    ground(scene, pal.ground(rng.choice(["paving", "grass", "dirt", "road"])))
    z = rng.uniform(10, 45)
    if rng.random() < 0.4:
        tall = z * rng.uniform(0.5, 1.3)
        outside.tower(mesh, pal, rng, rng.normal() * 0.15 * z, 0, z, tall)
        aim = tall * rng.uniform(0.25, 0.6)
    else:
        size = (z * rng.uniform(0.3, 1.1), z * rng.uniform(0.2, 0.55), z * rng.uniform(0.2, 0.6))
        for k in range(rng.integers(0, 5)):
            mesh.box((0, 0.15 + 0.3 * k, z), (size[0] + 5 - k, 0.3, size[2] + 5 - k), pal.ground("paving"))
        outside.building(mesh, pal, rng, rng.normal(), 0, z, size, rng.choice([0, rng.uniform(-0.8, 0.8)]))
        if rng.random() < 0.5:
            m, front = pal.plain(), z - size[2] / 2 - 1.4
            for x in np.linspace(-0.5, 0.5, rng.integers(4, 10)):
                r = size[1] * 0.04
                mesh.lathe((x * size[0], 0, front), [(r * 1.5, 0), (r * 1.1, r), (r, size[1] * 0.92), (r * 1.5, size[1])], m, segments=12)
            mesh.box((0, size[1] + 0.3, front + 0.5), (size[0] * 1.1, 0.6, 2.4), m)
        aim = size[1] * rng.uniform(0.3, 0.7)
    greens = [pal.foliage() for _ in range(2)]
    for _ in range(rng.integers(0, 10)):
        pz = rng.uniform(0.25, 2.0) * z
        k, px = rng.random(), rng.choice([-1, 1]) * rng.uniform(0.15, 0.8) * pz
        if k < 0.55:
            outside.tree(mesh, pal, rng, px, 0, pz, rng.uniform(3, 9), greens[rng.integers(2)])
        elif k < 0.85:
            living.person(mesh, pal, rng, px * 0.7, 0, pz * 0.6, rng.uniform(0, 6.3))
        else:
            outside.building(mesh, pal, rng, px * 2, 0, pz + z, rng.uniform(4, 14, 3))
    scene.camera((rng.normal() * 0.12 * z, rng.uniform(0.8, 2.5), 0), (rng.normal() * 0.06 * z, aim, z), rng.uniform(42, 80))
    daylight(scene, 45.0)
