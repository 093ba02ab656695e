package server

import (
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// TestNamesOfFilters: what a list is narrowed to may leave its collection out, and
// a name that never was is answered with the nearest.
func TestNamesOfFilters(t *testing.T) {
	w := newWorld(t)
	w.fill()
	changes := waybillv1.NewChangeServiceClient(w.conns[registry.RoleAuditor])
	byDecisions := func(name string) (int, error) {
		_, err := w.decisions().ListDecisions(t.Context(), &waybillv1.ListDecisionsRequest{Recipient: name})
		return 1, err
	}
	byDeployments := func(name string) (int, error) {
		page, err := w.recipients().ListDeployments(t.Context(), &waybillv1.ListDeploymentsRequest{Parent: name})
		return len(page.GetDeployments()), err
	}
	byChanges := func(name string) (int, error) {
		page, err := changes.ListChanges(t.Context(), &waybillv1.ListChangesRequest{Name: name})
		return len(page.GetChanges()), err
	}
	for filter, list := range map[string]func(string) (int, error){"recipient": byDecisions, "parent": byDeployments, "name": byChanges} {
		t.Run(filter, func(t *testing.T) {
			for _, name := range []string{"recipients/sf", "sf"} {
				if n, err := list(name); err != nil || n != 1 {
					t.Errorf("%s: %d, %v", name, n, err)
				}
			}
			for _, name := range []string{"recipients/sg", "sg"} {
				_, err := list(name)
				refused(t, err, codes.NotFound, "NOT_FOUND")
				if !strings.Contains(status.Convert(err).Message(), "recipients/sf") {
					t.Errorf("%s: the nearest are not named: %v", name, err)
				}
			}
		})
	}
	t.Run("a withdrawn name has its changes", func(t *testing.T) {
		if _, err := waybillv1.NewCategoryServiceClient(w.conns[registry.RoleLegal]).DeleteCategory(t.Context(), &waybillv1.DeleteCategoryRequest{Name: "categories/user.id_number"}); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"categories/user.id_number", "user.id_number"} {
			if n, err := byChanges(name); err != nil || n != 2 {
				t.Errorf("%s: %d changes, %v", name, n, err)
			}
		}
	})
	t.Run("a name of two collections", func(t *testing.T) {
		if _, err := w.apply(registry.RoleLegal, nil, res(category("sf", "SF", "an account at SF"))); err != nil {
			t.Fatal(err)
		}
		_, err := byChanges("sf")
		refused(t, err, codes.InvalidArgument, "FIELD_INVALID", "name")
	})
}
