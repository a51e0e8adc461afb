package fastapi

import (
	"io"
	"math/big"
	"net/http"
	"strings"

	"github.com/polarkit-go/polarkit/kit"
	"github.com/polarkit-go/polarkit/kit/request"
)

type fileValues struct {
	FileName    string  `json:"filename"`
	ContentType *string `json:"content_type"`
	Size        int64   `json:"size"`
	Text        string  `json:"text"`
}

func valuesOf(file kit.File) (fileValues, error) {
	data, err := io.ReadAll(file.Open())
	values := fileValues{FileName: file.Name, Size: file.Size, Text: strings.ToValidUTF8(string(data), "\uFFFD")}
	if file.ContentType != "" {
		values.ContentType = &file.ContentType
	}
	return values, err
}

type avatar struct {
	Image kit.File `form:"image"`
	Title string   `form:"title" validate:"max=5"`
	Width *big.Int `form:"width" default:"null"`
}

type attachment struct {
	Files []kit.File           `form:"files"`
	Cover *kit.File            `form:"cover" default:"null"`
	Raw   kit.Optional[[]byte] `form:"raw"`
	Tags  []string             `form:"tags" default:"[]"`
}

var _ = theme("avatars", func(r *http.Request) (map[string]any, error) {
	in, err := request.Bind[avatar](r)
	if err != nil {
		return nil, err
	}
	image, err := valuesOf(in.Image)
	return map[string]any{"image": image, "title": in.Title, "width": in.Width}, err
})

var _ = theme("attachments", func(r *http.Request) (map[string]any, error) {
	in, err := request.Bind[attachment](r)
	if err != nil {
		return nil, err
	}
	var files []fileValues
	for _, file := range in.Files {
		values, err := valuesOf(file)
		if err != nil {
			return nil, err
		}
		files = append(files, values)
	}
	out := map[string]any{"files": files, "cover": nil, "raw": nil, "tags": in.Tags}
	if in.Cover != nil {
		out["cover"], err = valuesOf(*in.Cover)
	}
	if raw, sent := in.Raw.Get(); sent {
		out["raw"] = strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return out, err
})

var _ = except("an empty content type of a file is none", "avatars/field/013", "attachments/field/012")

var _ = except("the case of a media type means nothing; Starlette compares it when there are parameters", "attachments/content-type/006")
