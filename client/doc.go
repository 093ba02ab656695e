// Package client is what an internal service imports to ask the gate: a
// connection with a token and deadlines, the question, the answer that fails
// closed, the lists as iterators, and the reason of an error.
//
// Invariants: everything but an ALLOWED answer that has not lapsed reads as no;
// nothing is cached; only calls that may be made twice are retried.
//
// The one question to ask of an answer is [Decision.MayProceed]. An answer is
// bound to the recipient, the deployment and the countries that it was asked for:
// a fallback to another is another question.
package client
