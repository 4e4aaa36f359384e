"""Random materials with the statistics of things in photographs: mostly muted, sometimes vivid, often patterned."""

import colorsys

import numpy as np

from . import pattern as p


def colour(rng, vivid=None, hue=None, value=None):
    """A linear RGB colour."""
    vivid = rng.random() < 0.25 if vivid is None else vivid
    if hue is None:
        hue = rng.random() if vivid or rng.random() < 0.4 else rng.normal(0.08, 0.04) % 1
    saturation = rng.uniform(0.45, 0.95) if vivid else rng.beta(1.3, 4.0)
    value = rng.uniform(0.12, 0.95) if value is None else value
    return np.array(colorsys.hsv_to_rgb(hue % 1, saturation, value)) ** 2.2


class Palette:
    """The material rows of one scene."""

    def __init__(self, rng):
        self.rng, self.rows = rng, []

    def array(self):
        return np.asarray(self.rows, np.float64)

    def add(self, kind=p.FLAT, a=None, b=None, c=None, scale=1.0, p1=0.5, p2=0.5, angle=None, gloss=None, bump=0.0,
            bump_scale=30.0, dirt=None, grain=None, glow=0.0, mirror=0.0):
        rng, row = self.rng, np.zeros(p.COLUMNS)
        a = colour(rng) if a is None else np.asarray(a)
        b = np.clip(a * rng.uniform(0.35, 1.6), 0, 0.95) if b is None else np.asarray(b)
        c = np.clip(0.5 * (a + b) * rng.uniform(0.4, 1.5), 0, 0.95) if c is None else np.asarray(c)
        row[p.KIND], row[p.A:p.A + 3], row[p.B:p.B + 3], row[p.C:p.C + 3] = kind, a, b, c
        row[p.SCALE], row[p.P1], row[p.P2], row[p.SEED] = scale, p1, p2, rng.integers(0, 1000)
        row[p.ANGLE] = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)]) if angle is None else angle
        gloss = rng.beta(1, 3) * 0.7 if gloss is None else gloss
        row[p.SPECULAR], row[p.POWER] = gloss, np.exp(rng.uniform(np.log(6), np.log(120)))
        row[p.BUMP], row[p.BUMP_SCALE] = bump, bump_scale
        row[p.DIRT] = rng.uniform(0, 0.35) if dirt is None else dirt
        row[p.GRAIN] = rng.choice([0.0, rng.uniform(0, 0.35)]) if grain is None else grain
        row[p.GLOW], row[p.MIRROR] = glow, mirror
        self.rows.append(row)
        return len(self.rows) - 1

    def plain(self, **kw):
        return self.add(kind=self.rng.choice([p.FLAT, p.FLAT, p.FBM]), scale=self.rng.uniform(0.5, 8), **kw)

    def metal(self):
        g = self.rng.uniform(0.05, 0.6)
        return self.add(a=np.array([g, g, g]) * self.rng.uniform(0.9, 1.1, 3), gloss=1.0, mirror=self.rng.uniform(0.2, 0.9), dirt=0.1)

    def wood(self, scale=None):
        rng = self.rng
        a = colour(rng, vivid=False, hue=rng.normal(0.075, 0.02), value=rng.uniform(0.25, 0.85))
        a = a * np.array([1.0, 0.85, 0.65])
        return self.add(p.WOOD, a=a, b=a * rng.uniform(0.35, 0.8), scale=rng.uniform(1.5, 7) if scale is None else scale,
                        p1=rng.uniform(0.3, 1.2), p2=rng.random(), angle=rng.choice([0, np.pi / 2]), mirror=rng.choice([0, 0.25]))

    def cloth(self, size=1.0):
        """Fabric or paint on an object of about `size` metres."""
        rng = self.rng
        kind = rng.choice([p.FLAT, p.FBM, p.STRIPES, p.PLAID, p.DOTS, p.CHECKER, p.TEXT, p.MARBLE, p.FUR, p.CELLS],
                          p=[0.36, 0.16, 0.1, 0.08, 0.06, 0.04, 0.07, 0.04, 0.04, 0.05])
        return self.add(kind, a=colour(rng), b=colour(rng), c=colour(rng), scale=rng.uniform(2, 14) / size,
                        p1=rng.uniform(0.2, 0.6), p2=rng.random() * 0.5, bump=rng.choice([0, 0.3]), bump_scale=rng.uniform(20, 80) / size)

    def wall(self):
        rng = self.rng
        light = colour(rng, vivid=rng.random() < 0.12, value=rng.uniform(0.45, 0.95))
        kind = rng.choice([p.FLAT, p.FBM, p.BRICKS, p.STRIPES, p.TILES, p.WOOD, p.DOTS, p.CELLS, p.MARBLE],
                          p=[0.48, 0.12, 0.08, 0.08, 0.08, 0.06, 0.04, 0.03, 0.03])
        soft = kind in (p.STRIPES, p.DOTS)
        return self.add(kind, a=light, b=np.clip(light * (rng.uniform(0.75, 1.2) if soft else rng.uniform(0.5, 1.4)), 0, 0.95),
                        scale=rng.uniform(1.5, 8), p1=rng.uniform(0.2, 0.8), p2=rng.random(), gloss=0.05, angle=0.0,
                        dirt=rng.uniform(0, 0.15), mirror=rng.choice([0, 0, 0, 0.15]))

    def floor(self):
        rng = self.rng
        k = rng.random()
        if k < 0.35:
            return self.wood(rng.uniform(1, 4))
        kind = rng.choice([p.TILES, p.CHECKER, p.FBM, p.CELLS, p.MARBLE, p.PLAID, p.FUR, p.FLAT], p=[0.25, 0.1, 0.25, 0.1, 0.08, 0.05, 0.07, 0.1])
        a = colour(rng, vivid=False)
        return self.add(kind, a=a, b=np.clip(a * rng.choice([0.3, 0.6, 1.4, 2.0]), 0, 0.95), scale=rng.uniform(1, 6),
                        p1=rng.uniform(0.2, 0.8), p2=rng.random(), mirror=rng.choice([0, 0, 0.2, 0.5]), angle=rng.choice([0, 0.785, rng.uniform(0, 1.5)]))

    def ground(self, kind=None):
        """Grass, asphalt, paving, sand, snow."""
        rng = self.rng
        kind = rng.choice(["grass", "road", "paving", "sand", "snow", "dirt"], p=[0.35, 0.2, 0.2, 0.1, 0.05, 0.1]) if kind is None else kind
        grey = rng.uniform(0.05, 0.35)
        if kind == "grass":
            g = np.array([0.10, 0.17, 0.04]) * rng.uniform(0.5, 1.6) * rng.uniform(0.8, 1.2, 3)
            return self.add(p.FBM, a=g, b=g * rng.uniform(0.4, 1.8), c=np.array([0.25, 0.2, 0.1]) * rng.uniform(0.5, 1.2),
                            scale=rng.uniform(0.4, 6), p1=0.25, p2=rng.random() * 0.7, grain=0.9, bump=0.8, bump_scale=rng.uniform(4, 20), gloss=0)
        if kind == "paving":
            return self.add(rng.choice([p.TILES, p.BRICKS, p.CELLS]), a=np.array([grey, grey * 0.97, grey * 0.9]), scale=rng.uniform(0.6, 3),
                            b=np.array([grey, grey, grey]) * 0.5, p1=rng.uniform(0.2, 0.8), p2=rng.random(), grain=0.3, gloss=0.05)
        tint = {"road": [1, 1, 1.03], "sand": [2.2, 1.75, 1.2], "snow": [4, 4.1, 4.4], "dirt": [1.3, 0.95, 0.6]}[kind]
        a = np.clip(np.array(tint) * max(grey, 0.12), 0, 0.9)
        return self.add(p.FBM, a=a, b=a * rng.uniform(0.6, 1.1), scale=rng.uniform(0.3, 3), p1=0.3, p2=0.3, grain=rng.uniform(0.1, 0.6), gloss=0.05,
                        bump=rng.choice([0, 0.5]), bump_scale=rng.uniform(3, 12), mirror=rng.choice([0, 0, 0.3]) if kind == "road" else 0)

    def foliage(self):
        rng = self.rng
        hue = rng.normal(0.27, 0.035) if rng.random() < 0.85 else rng.uniform(0.02, 0.16)
        a = colour(rng, vivid=True, hue=hue, value=rng.uniform(0.2, 0.55))
        return self.add(p.LEAVES, a=a, b=np.clip(a * rng.uniform(1.2, 2.4), 0, 0.8), c=colour(rng, vivid=True), scale=rng.uniform(0.8, 4),
                        p2=rng.choice([0, 0, rng.random()]), gloss=0.1, grain=0.5)

    def fur(self):
        rng = self.rng
        a = colour(rng, vivid=False, hue=rng.normal(0.07, 0.02), value=rng.uniform(0.08, 0.95))
        return self.add(p.FUR, a=a, b=a * rng.uniform(0.2, 0.7), c=np.clip(a * 2, 0, 0.9), scale=rng.uniform(3, 12), p1=rng.random(),
                        p2=rng.uniform(0, 1.5), bump=0.7, bump_scale=rng.uniform(30, 90), gloss=0.1)

    def skin(self):
        k = self.rng.uniform(0.15, 1.0)
        return self.add(a=np.array([0.72, 0.42, 0.3]) * k * self.rng.uniform(0.9, 1.1, 3), gloss=0.2, dirt=0.12, grain=0)

    def picture(self, size=1.0):
        return self.add(self.rng.choice([p.PICTURE, p.PICTURE, p.TEXT, p.MARBLE, p.CELLS, p.GRADIENT]), a=colour(self.rng), b=colour(self.rng),
                        c=colour(self.rng), scale=self.rng.uniform(1, 4) / size, p1=self.rng.uniform(0.3, 0.7), angle=0.0, dirt=0.05)

    def facade(self):
        rng = self.rng
        wall = colour(rng, vivid=False, value=rng.uniform(0.35, 0.95))
        glass = np.array([0.04, 0.06, 0.08]) * rng.uniform(0.5, 4)
        if rng.random() < 0.25:
            return self.add(rng.choice([p.BRICKS, p.FBM, p.TILES]), a=wall, scale=rng.uniform(1, 5), p1=rng.random())
        return self.add(p.FACADE, a=wall, b=glass, c=np.clip(wall * rng.uniform(0.5, 1.5), 0, 0.95), scale=rng.uniform(0.25, 0.8),
                        p1=rng.uniform(0.4, 1.2), p2=rng.uniform(0.7, 1.2), gloss=0.1)
