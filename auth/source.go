package auth

import (
	"net/http"
	"net/netip"
)

// Source names where a request came from, for budgets of failures: its IPv4
// address, or the 64-bit network of its IPv6 address, because one host has a whole
// network. It reads r.RemoteAddr. Behind a proxy, a middleware that knows the proxy
// must set it first. Source does not read forwarding headers, because any client can
// send them. It returns an r.RemoteAddr without an address as it is.
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
