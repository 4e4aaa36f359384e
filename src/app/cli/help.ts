import { published } from '../../../models/catalogue.ts'

export const HELP = `marigold: depth from a picture, by a graph of nodes

  marigold run GRAPH.json [options]   compute the graph; every Export node writes its files
    --image FILE               a picture for a Load Image node; repeat for the next ones, in document order
    --set NODE.PARAM=VALUE     change a parameter; NODE is a node's id; repeat as needed ("auto" for as the checkpoint says)
    --checkpoint DIR|NAME      for every Load Checkpoint node: a diffusers folder, or what was downloaded
    --backend auto|webgpu|wasm default auto: WebGPU where there is a graphics card, else WebAssembly
    --memory GB                keep loaded models below it, and refuse one that needs more, saying what would fit
    --out DIR                  where files go; default: here
    --report FILE              write what was computed and how long it took, as JSON
    --cache DIR                keep what was dear to compute there, and take it from there next time
    --quiet                    print errors only

  marigold check GRAPH.json [--json]  list what is wrong with a graph, and what it needs that is not here
  marigold nodes [--json]             list the node types with their sockets and parameters

  marigold download NAME [options]    fetch a checkpoint: one of those below, or any OWNER/NAME of the Hugging Face Hub
    --variant fp16|fp32        default fp16 where it is published
    --revision REVISION        a branch, tag or commit; default: main
    --yes                      do not ask before downloading
  marigold downloads [NAME] [--verify | --delete] [--json]   what was downloaded; hash it again, or delete it

${published.map(({ id, about }) => `    ${id.padEnd(30)}${about}`).join('\n')}

  marigold --help | --version

  - in place of GRAPH.json or FILE is standard input; in place of the report's, standard output
`
