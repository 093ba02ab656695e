package client_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"testing"
	"time"

	"waybill/client"
	waybillv1 "waybill/proto/waybill/v1"
)

// addr, token and adminToken are those of a server that the tests start.
var addr, token, adminToken string

func TestMain(m *testing.M) {
	s, err := serve(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	addr, token, adminToken = s.addr, s.caller, s.token
	code := m.Run()
	if err := s.stop(); err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

// question asks for what a courier needs.
func question() *client.Question {
	return &client.Question{
		Recipient: "recipients/sf", Purpose: "purposes/delivery",
		Categories: []string{"categories/user.name", "categories/user.address"},
		Subject:    "customer-17", SubjectRegions: []string{"SG"}, Origin: "SG",
	}
}

func ExampleDial() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: token, Timeout: time.Second})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	v, err := waybillv1.NewRegistryServiceClient(c.Conn()).GetVersion(context.Background(), &waybillv1.GetVersionRequest{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("edition", v.GetEdition())
	// Output: edition 3
}

func ExampleClient_Check() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: token})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	answer, err := c.Check(context.Background(), question(), client.CheckOptions{})
	if err != nil {
		log.Print(err) // the answer says no all the same
	}
	if answer.MayProceed() {
		fmt.Println("send the parcel")
	}

	q := question()
	q.Categories = append(q.Categories, "categories/user.id_number")
	answer, err = c.Check(context.Background(), q, client.CheckOptions{})
	if err != nil {
		log.Print(err)
	}
	if !answer.MayProceed() {
		fmt.Println("not with", q.GetCategories()[2])
		fmt.Println("this would pass:", answer.PermittedCategories())
	}
	// Output:
	// send the parcel
	// not with categories/user.id_number
	// this would pass: [categories/user.name categories/user.address]
}

func ExampleClient_BatchCheck() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: token})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	dhl := question()
	dhl.Recipient = "recipients/dhl"
	answers, err := c.BatchCheck(context.Background(), []*client.Question{question(), dhl}, client.CheckOptions{RequestID: "order 17"})
	if err != nil {
		log.Print(err)
	}
	for _, a := range answers {
		fmt.Println(a.MayProceed(), a.Message().GetPrimaryReason())
	}
	// Output:
	// true REASON_CODE_UNSPECIFIED
	// false REASON_CODE_AGREEMENT_MISSING
}

func ExampleClient_Explain() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: token})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	e, err := c.Explain(context.Background(), question(), client.ExplainOptions{Time: time.Date(2025, 1, 2, 12, 0, 0, 0, time.UTC)})
	if err != nil {
		log.Fatal(err)
	}
	for _, step := range e.Trace() {
		if step.GetCode() == waybillv1.ReasonCode_REASON_CODE_AGREEMENT_NOT_YET_EFFECTIVE {
			fmt.Println(step.GetRule(), step.GetResult(), step.GetRecord())
			break
		}
	}
	fmt.Println(e.Message().GetOutcome())
	// Output:
	// 23 FIRED agreements/sf-2025
	// OUTCOME_DENIED
}

func ExampleReason() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: token})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	q := question()
	q.Purpose = ""
	answer, err := c.Check(context.Background(), q, client.CheckOptions{})
	if client.Reason(err) == waybillv1.ErrorReason_ERROR_REASON_FIELD_INVALID {
		fmt.Println("wrong:", client.Fields(err)[0].Field)
	}
	fmt.Println("may proceed:", answer.MayProceed())
	// Output:
	// wrong: question.purpose
	// may proceed: false
}

func ExampleClient_Recipients() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: adminToken})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for r, err := range c.Recipients(context.Background(), client.When{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(r.GetName(), r.GetTitle())
	}
	// Output:
	// recipients/dhl DHL
	// recipients/sf SF Express
}

func ExampleClient_Export() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: adminToken})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for r, err := range c.Export(context.Background(), time.Time{}) {
		if err != nil {
			log.Fatal(err)
		}
		if a := r.GetAgreement(); a != nil {
			fmt.Println(a.GetName())
		}
	}
	// Output: agreements/sf-2025
}

func ExampleClient_WriteFacts() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: adminToken})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()

	// The request id makes it safe to repeat after an error.
	useBy, err := c.WriteFacts(context.Background(), "objection-4711", &client.Fact{
		Subject: "customer-99", Kind: waybillv1.FactKind_FACT_KIND_OBJECTION, Purpose: "purposes/delivery",
	})
	if err != nil {
		log.Fatal(err)
	}
	q := question()
	q.Subject = "customer-99"
	answer, err := c.Check(context.Background(), q, client.CheckOptions{})
	if err != nil {
		log.Print(err)
	}
	fmt.Println("may proceed:", answer.MayProceed())
	fmt.Println("what was allowed before lapses later:", useBy.After(time.Now()))
	// Output:
	// may proceed: false
	// what was allowed before lapses later: true
}

func ExampleClient_Withdraw() {
	c, err := client.Dial(context.Background(), addr, client.Options{Token: adminToken})
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Withdraw(context.Background(), "withdrawal-4712", "customer-98", "purposes/delivery"); err != nil {
		log.Fatal(err)
	}
	fmt.Println("nothing is allowed on that consent any more")
	// Output: nothing is allowed on that consent any more
}
