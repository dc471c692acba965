"""dnspython's asyncio resolver functions: one UDP socket for each task. Same arguments and output as task.ts."""
import asyncio
import json
import sys
import time

import dns.asyncbackend
import dns.asyncquery
import dns.message
import dns.rdatatype


async def main():
    port, file, seconds, in_flight = int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
    names = open(file).read().split()
    tally = {"answered": 0, "lost": 0, "wrong": 0}
    started = time.monotonic()
    end = started + seconds
    backend = dns.asyncbackend.get_default_backend()

    async def lane(first):
        sock = await backend.make_socket(2, 2, 0, None, None)
        async with sock:
            i = first
            while time.monotonic() < end:
                query = dns.message.make_query(names[i % len(names)], dns.rdatatype.SRV)
                i += in_flight
                try:
                    answer = await dns.asyncquery.udp(query, "127.0.0.1", timeout=1, port=port, sock=sock)
                except Exception:
                    tally["lost"] += 1
                    continue
                tally["answered"] += 1
                if len(answer.answer) != 1 or len(answer.answer[0]) != 2:
                    tally["wrong"] += 1

    await asyncio.gather(*(lane(i) for i in range(in_flight)))
    print(json.dumps({**tally, "seconds": time.monotonic() - started}))


asyncio.run(main())
