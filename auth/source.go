package auth

import (
	"net/http"
	"net/netip"
)

// Source names where a request came from, for budgets of failures: its address,
// of IPv6 the network of 64 bits, since one host has that many. It reads
// r.RemoteAddr: behind a proxy, a middleware that knows the proxy sets that
// before. Forwarding headers are not read, for anybody can send them.
func Source(r *http.Request) string {
	at, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	address := at.Addr().Unmap().WithZone("")
	if address.Is6() {
		return netip.PrefixFrom(address, 64).Masked().String()
	}
	return address.String()
}
