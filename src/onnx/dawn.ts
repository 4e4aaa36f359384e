const patched = new WeakSet<object>()

/**
 * Dawn for Node (`webgpu` 0.6.2) refuses to write from a view of a SharedArrayBuffer, which onnxruntime's heap is. Makes
 * `writeBuffer` copy such views first. Does nothing in browsers.
 */
export function copySharedMemoryBeforeWriting(device: GPUDevice): void {
  if (typeof process === 'undefined' || process.versions?.node === undefined) return
  const queue: GPUQueue = Object.getPrototypeOf(device.queue)
  if (patched.has(queue)) return
  patched.add(queue)
  const write = queue.writeBuffer
  queue.writeBuffer = function (buffer, offset, data, from = 0, size) {
    if (!isShared(data as GPUAllowSharedBufferSource))
      return write.call(this, buffer, offset, data as GPUAllowSharedBufferSource, from, size)
    // Offsets count elements for views and bytes for buffers.
    const unit = ArrayBuffer.isView(data) && 'BYTES_PER_ELEMENT' in data ? Number(data.BYTES_PER_ELEMENT) : 1
    const [whole, start] = ArrayBuffer.isView(data) ? [data.buffer, data.byteOffset] : [data, 0]
    const length = size === undefined ? data.byteLength - from * unit : size * unit
    return write.call(this, buffer, offset, new Uint8Array(whole, start + from * unit, length).slice())
  }
}

function isShared(data: GPUAllowSharedBufferSource): boolean {
  return (ArrayBuffer.isView(data) ? data.buffer : data) instanceof SharedArrayBuffer
}
