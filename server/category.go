package server

import (
	"context"

	"waybill/internal/registry"
	waybillv1 "waybill/proto/waybill/v1"
)

// categoryService keeps the categories.
type categoryService struct {
	waybillv1.UnimplementedCategoryServiceServer
	*core
}

func categoryWritten(m *waybillv1.Category, result *waybillv1.WriteResult) *waybillv1.WriteCategoryResponse {
	return &waybillv1.WriteCategoryResponse{Category: m, Result: result}
}

func (s categoryService) GetCategory(ctx context.Context, r *waybillv1.GetCategoryRequest) (*waybillv1.Category, error) {
	return get[*waybillv1.Category](ctx, s.core, registry.Categories, r)
}

func (s categoryService) ListCategories(ctx context.Context, r *waybillv1.ListCategoriesRequest) (*waybillv1.ListCategoriesResponse, error) {
	page, next, err := list[*waybillv1.Category](ctx, s.core, registry.Categories, "", r)
	return &waybillv1.ListCategoriesResponse{Categories: page, NextPageToken: next}, err
}

func (s categoryService) CreateCategory(ctx context.Context, r *waybillv1.CreateCategoryRequest) (*waybillv1.WriteCategoryResponse, error) {
	return create(ctx, s.core, r, r.GetCategory(), categoryWritten)
}

func (s categoryService) UpdateCategory(ctx context.Context, r *waybillv1.UpdateCategoryRequest) (*waybillv1.WriteCategoryResponse, error) {
	return update(ctx, s.core, r, r.GetCategory(), categoryWritten)
}

func (s categoryService) DeleteCategory(ctx context.Context, r *waybillv1.DeleteCategoryRequest) (*waybillv1.DeleteCategoryResponse, error) {
	return remove(ctx, s.core, registry.Categories, r, func(result *waybillv1.WriteResult) *waybillv1.DeleteCategoryResponse {
		return &waybillv1.DeleteCategoryResponse{Result: result}
	})
}
