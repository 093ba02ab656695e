// Command waybill is the one binary: the server, and the command line of those
// who ask, of legal, of auditors and of the operator. It owns flags, the
// environment, exit codes and what is printed, and it alone joins the store to
// the gate. It decides nothing itself.
//
// Exit codes are fixed, scripts rely on them: 0 done or allowed; 1 denied, cases
// failed or differences found; 64 usage; 65 a file was refused; 69 unavailable;
// 70 internal; 77 not permitted.
package main
