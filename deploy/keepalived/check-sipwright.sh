#!/bin/sh
# Whether the balancer at this address takes new calls: 0 for a 2xx to OPTIONS. While it drains it answers 503, and the address moves.
exec "${SIPWRIGHT:-/usr/local/bin/sipwright}" check --sip "$1" --timeout 2s >/dev/null
