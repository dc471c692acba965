// Runs inside a network namespace and lets one in: a socket file does not care about networks. Whoever connects
// writes `HOST PORT` and a line feed, and talks to that server from then on.
//   node relay.mjs SOCKET-FILE
import { connect, createServer } from 'node:net';

const server = createServer((client) => {
  client.once('data', (first) => {
    client.pause();
    const end = first.indexOf(10);
    const [host, port] = first.subarray(0, end).toString().split(' ');
    const target = connect({ host, port: Number(port) });
    target.on('error', () => client.destroy());
    client.on('error', () => target.destroy());
    client.on('close', () => target.destroy());
    target.on('close', () => client.destroy());
    target.write(first.subarray(end + 1));
    client.pipe(target).pipe(client);
  });
});
server.listen(process.argv[2], () => process.stdout.write('ready\n'));
