// The DynamoDB emulator on 127.0.0.1: node dynalite.mjs <data folder> <port, 0 for any free one>; prints its port.
// Its own command line cannot take port 0 and outlives whoever started it.
import dynalite from 'dynalite'

const [path, port] = process.argv.slice(2)
const server = dynalite({ path, createTableMs: 0 })
server.listen(Number(port), '127.0.0.1', () => console.log(server.address().port))

// Whoever started it holds its standard input: when that closes, even by kill -9, nobody is left to serve.
process.stdin.on('end', () => process.exit()).resume()
