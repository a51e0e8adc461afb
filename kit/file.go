package kit

import (
	"io"
	"strings"
)

// File is a file of a form (multipart/form-data), a parameter of its own:
//
//	type UploadAvatar struct {
//		Image kit.File               `form:"image"`
//		Icon  kit.Optional[kit.File] `form:"icon"`
//		More  []kit.File             `form:"more" default:"[]"`
//	}
//
// Its content can be read until the request ends. A large file is in a temporary file, which
// is removed then. A copy is the same file.
type File struct {
	// Name is the name that the sender gave the file. It may be empty or a path, and no
	// program may open it.
	Name string
	// ContentType is the media type that the sender gave the file. It is empty without
	// one, and not checked.
	ContentType string
	// Size is the number of bytes.
	Size int64

	content io.ReaderAt
}

// NewFile makes a file, such as one for a test. Its content is the first size bytes.
func NewFile(name, contentType string, content io.ReaderAt, size int64) File {
	return File{Name: name, ContentType: contentType, Size: size, content: content}
}

// Open returns a reader at the beginning of the content. Each call returns another reader.
func (f File) Open() io.ReadSeeker {
	if f.content == nil {
		return strings.NewReader("")
	}
	return io.NewSectionReader(f.content, 0, f.Size)
}
