import {
  AmbientLight,
  BufferAttribute,
  BufferGeometry,
  DirectionalLight,
  Mesh as TriangleMesh,
  MeshBasicMaterial,
  MeshLambertMaterial,
  PerspectiveCamera,
  Points,
  PointsMaterial,
  Scene,
  Spherical,
  SRGBColorSpace,
  Texture,
  Vector3,
  WebGLRenderer,
  type Material,
} from 'three'
import { OrbitControls } from 'three/addons/controls/OrbitControls.js'
import { linear, sampledBytes, type PixelBytes } from './colours.ts'
import type { Mesh } from './geometry.ts'
import type { Picture } from './save-surface.ts'

/** Where the viewer stands: turned to the right and raised, in degrees, and how much nearer than at first. */
export interface Stand {
  readonly turned: number
  readonly raised: number
  readonly zoom: number
}

export interface Look {
  readonly lit: boolean
  /** Of points, in pixels of the page. */
  readonly pointSize: number
}

/** What the view encloses while nobody has moved it. */
export interface Framing {
  /** Tangents of half the picture's angles across and down. */
  readonly spans: readonly [number, number]
  readonly near: number
  readonly far: number
}

const DEGREE = Math.PI / 180
/** At first a little to the side, so that depth is seen at once. */
const FIRST = { turned: 16 * DEGREE, raised: 9 * DEGREE }
/** Room around what is seen. */
const MARGIN = 1.03
/** Tangent of half the angle up and down: wider ones distort what is near the edge. */
const WIDEST = 0.9

/** Where the picture's corners are at a distance from its camera. */
const corners = ([across, down]: Framing['spans'], away: number): readonly Vector3[] =>
  [-1, 1].flatMap((x) => [-1, 1].map((y) => new Vector3(x * across * away, y * down * away, -away)))

/** The 3D view: one mesh, its picture, a light at the camera, and the camera's motion. Draws only when something changed. */
export class SurfaceScene {
  readonly #renderer: WebGLRenderer
  readonly #scene = new Scene()
  readonly #camera = new PerspectiveCamera()
  readonly #controls: OrbitControls
  readonly #geometry = new BufferGeometry()
  readonly #light = new DirectionalLight(0xffffff, 1)
  #texture: Texture | undefined
  #pixels: PixelBytes | undefined
  #shown: TriangleMesh | Points | undefined
  #points = false
  #look: Look = { lit: true, pointSize: 2 }
  #framing: Framing | undefined
  #distance = 1
  #moved = false
  #frame = 0
  #disposed = false

  /** Throws where there is no WebGL. */
  constructor(
    canvas: HTMLCanvasElement,
    readonly page: { stands(stand: Stand): void; lost(gone: boolean): void },
  ) {
    // Asked for here, and not by three, which complains in the console where there is none.
    const context = canvas.getContext('webgl2', { alpha: true, antialias: true, depth: true })
    if (!context) throw new Error('There is no WebGL.')
    this.#renderer = new WebGLRenderer({ canvas, context })
    canvas.addEventListener('webglcontextlost', () => !this.#disposed && this.page.lost(true))
    canvas.addEventListener('webglcontextrestored', () => {
      this.page.lost(false)
      this.#changed()
    })
    this.#renderer.setPixelRatio(Math.min(devicePixelRatio, 2))
    this.#light.position.set(-0.6, 0.9, 1)
    // Irradiance of π leaves a white surface white.
    this.#camera.add(this.#light, this.#light.target)
    this.#light.target.position.set(0, 0, -1)
    this.#light.intensity = 0.72 * Math.PI
    this.#scene.add(this.#camera, new AmbientLight(0xffffff, 0.45 * Math.PI))
    this.#controls = new OrbitControls(this.#camera, canvas)
    this.#controls.enableDamping = false
    this.#controls.addEventListener('start', () => (this.#moved = true))
    this.#controls.addEventListener('change', () => this.#changed())
  }

  setMesh({ positions, normals, uvs, triangles }: Mesh): void {
    const geometry = this.#geometry
    // The device's buffers are of another size now.
    geometry.dispose()
    geometry.setAttribute('position', new BufferAttribute(positions, 3))
    geometry.setAttribute('normal', new BufferAttribute(normals, 3))
    geometry.setAttribute('uv', new BufferAttribute(uvs, 2))
    geometry.setIndex(triangles.length > 0 ? new BufferAttribute(triangles, 1) : null)
    this.#points = triangles.length === 0
    this.#colour()
    this.#dress()
  }

  /** The bitmap is the caller's; it must stay until another one is set. Undefined: a plain surface. */
  setPicture(picture: Picture | undefined): void {
    this.#texture?.dispose()
    this.#texture = picture && new Texture(picture.bitmap)
    this.#pixels = picture?.pixels
    if (this.#texture) {
      // Rows of a bitmap come from the top, as the coordinates do.
      this.#texture.flipY = false
      this.#texture.colorSpace = SRGBColorSpace
      this.#texture.anisotropy = this.#renderer.capabilities.getMaxAnisotropy()
      this.#texture.needsUpdate = true
    }
    this.#colour()
    this.#dress()
  }

  setLook(look: Look): void {
    this.#look = look
    this.#dress()
  }

  /** A view that nobody has moved goes along. */
  setFraming(framing: Framing): void {
    this.#framing = framing
    if (!this.#moved) this.reset()
  }

  resize(width: number, height: number): void {
    if (width < 1 || height < 1) return
    this.#renderer.setSize(width, height, false)
    this.#camera.aspect = width / height
    this.#camera.updateProjectionMatrix()
    if (this.#moved) this.#changed()
    else this.reset()
  }

  /** As at first: all that a depth map of this shape can hold, a little from the side. */
  reset(): void {
    this.#moved = false
    const { spans = [1, 1], near = 1, far = 2 } = this.#framing ?? {}
    this.#camera.near = near / 50
    this.#camera.far = 20 * far
    const middle = Math.sqrt(near * far)
    this.#controls.target.set(0, 0, -middle)
    this.#controls.minDistance = near / 10
    this.#controls.maxDistance = 8 * far
    // From farther away where the frame is too narrow for a lens that does not distort.
    for (let back = 1, half = Infinity; half > WIDEST && back < 8; back *= 1.15) {
      this.#distance = back * middle
      this.#place(new Spherical(this.#distance, Math.PI / 2 - FIRST.raised, FIRST.turned))
      half = MARGIN * this.#half(spans, [near, far])
      this.#camera.fov = (2 / DEGREE) * Math.atan(Math.min(WIDEST, half))
    }
    this.#camera.updateProjectionMatrix()
  }

  /** The tangent of half the angle, up and down, that takes in the picture's corners at these distances. */
  #half(spans: Framing['spans'], aways: readonly number[]): number {
    this.#camera.updateMatrixWorld()
    return Math.max(
      ...aways
        .flatMap((away) => corners(spans, away))
        .map((corner) => {
          const { x, y, z } = corner.applyMatrix4(this.#camera.matrixWorldInverse)
          return z < 0 ? Math.max(Math.abs(y), Math.abs(x) / this.#camera.aspect) / -z : Infinity
        }),
    )
  }

  /** Degrees around what is looked at. */
  orbit(right: number, up: number): void {
    this.#moved = true
    const at = this.#spherical()
    at.theta += right * DEGREE
    at.phi = Math.min(Math.PI - 0.01, Math.max(0.01, at.phi - up * DEGREE))
    this.#place(at)
  }

  /** Shares of the height of what is seen. */
  pan(right: number, up: number): void {
    this.#moved = true
    const height = 2 * this.#spherical().radius * Math.tan((this.#camera.fov * DEGREE) / 2)
    const by = new Vector3(right * height, up * height, 0).applyQuaternion(this.#camera.quaternion)
    this.#controls.target.add(by)
    this.#camera.position.add(by)
    this.#controls.update()
    this.#changed()
  }

  zoom(by: number): void {
    this.#moved = true
    const at = this.#spherical()
    const { minDistance, maxDistance } = this.#controls
    at.radius = Math.min(maxDistance, Math.max(minDistance, at.radius / by))
    this.#place(at)
  }

  dispose(): void {
    this.#disposed = true
    cancelAnimationFrame(this.#frame)
    this.#controls.dispose()
    this.#geometry.dispose()
    this.#undress()
    this.#texture?.dispose()
    this.#renderer.dispose()
    // A page may have sixteen contexts; the browser would take them away in its own time.
    this.#renderer.forceContextLoss()
  }

  #spherical(): Spherical {
    return new Spherical().setFromVector3(this.#camera.position.clone().sub(this.#controls.target))
  }

  #place(at: Spherical): void {
    this.#camera.position.setFromSpherical(at).add(this.#controls.target)
    this.#controls.update()
    this.#changed()
  }

  #colour(): void {
    const uvs = this.#points && this.#pixels && this.#geometry.getAttribute('uv')
    if (uvs && this.#pixels) {
      const colours = linear(sampledBytes(uvs.array as Float32Array, this.#pixels))
      this.#geometry.setAttribute('color', new BufferAttribute(colours, 3))
    } else this.#geometry.deleteAttribute('color')
  }

  #dress(): void {
    this.#undress()
    if (!this.#geometry.hasAttribute('position')) return
    const { lit, pointSize } = this.#look
    const map = this.#texture ?? null
    const plain = 0xb9bec8
    if (this.#points) {
      const coloured = this.#geometry.hasAttribute('color')
      const size = pointSize * this.#renderer.getPixelRatio()
      this.#shown = new Points(
        this.#geometry,
        new PointsMaterial({
          size,
          sizeAttenuation: false,
          vertexColors: coloured,
          ...(!coloured && { color: plain }),
        }),
      )
    } else {
      const colours = map ? { map } : { color: plain }
      this.#shown = new TriangleMesh(
        this.#geometry,
        lit ? new MeshLambertMaterial(colours) : new MeshBasicMaterial(colours),
      )
    }
    // Both sides: behind an edge one looks at the back of a surface, not through it.
    ;(this.#shown.material as Material).side = 2
    this.#shown.frustumCulled = false
    this.#scene.add(this.#shown)
    this.#changed()
  }

  #undress(): void {
    if (!this.#shown) return
    this.#scene.remove(this.#shown)
    ;(this.#shown.material as Material).dispose()
    this.#shown = undefined
  }

  #changed(): void {
    if (this.#frame !== 0) return
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0
      this.#renderer.render(this.#scene, this.#camera)
      const { theta, phi, radius } = this.#spherical()
      this.page.stands({ turned: theta / DEGREE, raised: 90 - phi / DEGREE, zoom: this.#distance / radius })
    })
  }
}
