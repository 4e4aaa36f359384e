import { describe, expect, it } from 'vitest'
import { bench, expectFailure, expectWhole, failure, fetchAll, ofUnet, useBench } from './support/downloading.ts'
import { answer, cut, status, whole } from './support/fault-hub.ts'

useBench()

describe('a server that gives something else', () => {
  it('the whole file for a part: it is taken from the beginning', async () => {
    bench.server.fault = (asked, response) =>
      asked.range !== undefined && asked.range.begin >= 3000 && whole(bench.server, asked, response)
    await fetchAll()
    await expectWhole()
    expect(bench.server.asked.filter((asked) => ofUnet(asked) && asked.range === undefined)).toHaveLength(1)
  })

  it('the whole file, cut: from the beginning again', async () => {
    let cuts = 0
    bench.server.fault = (asked, response) => {
      if (!ofUnet(asked)) return false
      if (asked.range !== undefined) return whole(bench.server, asked, response)
      return cuts++ < 2 && cut(0.7, asked, response)
    }
    await fetchAll()
    expect(cuts).toBe(3)
    await expectWhole()
  })

  it('another part than was asked for is not written', async () => {
    let wrong = 0
    bench.server.fault = (asked, response) => {
      if (!ofUnet(asked) || asked.range?.begin !== 1000 || wrong++ > 0) return false
      answer(bench.server, { ...asked, range: { begin: 0, end: 1000 } }, response)
      return true
    }
    await fetchAll()
    expect(wrong).toBe(2)
    await expectWhole()
  })

  it('416 for a file that is shorter there is a wrong length', async () => {
    bench.server.fault = (asked, response) => ofUnet(asked) && status(416, { 'Content-Range': 'bytes */500' }, response)
    await expectFailure(fetchAll(), 'weights/wrong-content', /Try again/)
  })

  it('416 for no reason is tried again', async () => {
    bench.server.fault = ({ nth }, response) => nth === 1 && status(416, { 'Content-Range': 'bytes */7300' }, response)
    await fetchAll()
    await expectWhole()
  })

  it('another length of the whole is refused', async () => {
    bench.server.fault = (asked, response) => {
      if (!ofUnet(asked) || asked.range === undefined) return false
      const { begin, end } = asked.range
      response
        .writeHead(206, { 'Content-Range': `bytes ${begin}-${end - 1}/9000` })
        .end(asked.content.subarray(begin, end))
      return true
    }
    await expectFailure(fetchAll(), 'weights/wrong-content', /Try again/)
  })

  it.each([
    ['shorter', 'weights/truncated', (bytes: Uint8Array) => bytes.subarray(1)],
    ['longer', 'weights/wrong-content', (bytes: Uint8Array) => Buffer.concat([bytes, Buffer.of(0)])],
    ['other', 'weights/wrong-content', (bytes: Uint8Array) => bytes.map((byte) => byte ^ 1)],
  ])('a small file that is %s is refused', async (_what, code, change) => {
    bench.server.fault = (asked, response) => {
      if (asked.path !== 'unet/config.json') return false
      response.end(change(asked.content))
      return true
    }
    await expectFailure(fetchAll(), code, /ry again/)
  })

  it('wrong bytes in one piece are refused, and none of them is kept', async () => {
    let wrong = 0
    bench.server.fault = (asked, response) => {
      if (!ofUnet(asked) || asked.range?.begin !== 3000) return false
      wrong += 1
      answer(bench.server, { ...asked, content: asked.content.map((byte) => byte ^ 1) }, response)
      return true
    }
    await expectFailure(fetchAll(), 'weights/wrong-content', /thrown away/)
    expect(wrong).toBe(1)
    bench.server.fault = () => false
    const before = bench.server.asked.length
    await fetchAll()
    await expectWhole()
    expect(bench.server.asked.slice(before).filter(ofUnet)).toHaveLength(8)
  })

  it('another version from some piece on: all is fetched again', async () => {
    bench.server.fault = ({ nth }) => {
      bench.server.etag = nth < 4 ? '"one"' : '"two"'
      return false
    }
    await fetchAll()
    await expectWhole()
    expect(bench.server.asked.filter(ofUnet).length).toBeGreaterThan(8)
  })

  it('another version each time is given up', async () => {
    bench.server.fault = ({ nth }) => {
      bench.server.etag = `"${nth}"`
      return false
    }
    await expectFailure(fetchAll(), 'weights/changed', /later/)
  })

  it('another version since the last visit: all is fetched again', async () => {
    bench.server.fault = (asked, response) => (asked.range?.begin ?? 0) >= 4000 && status(404, {}, response)
    await failure(fetchAll())
    bench.server.fault = () => false
    bench.server.etag = '"two"'
    const before = bench.server.asked.length
    await fetchAll()
    await expectWhole()
    expect(bench.server.asked.slice(before).filter(({ range }) => range?.begin === 0)).not.toEqual([])
  })
})
