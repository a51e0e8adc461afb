package owner

import "reflect"

// copyArgs copies the arguments of a query with all that another package could
// write to: slices, maps, and what pointers and exported fields refer to. A
// struct with unexported fields guards itself and is kept as it is.
func copyArgs(args []any) []any {
	if args == nil {
		return nil
	}
	copied := make([]any, len(args))
	for i, arg := range args {
		copied[i] = arg
		if v := reflect.ValueOf(arg); v.IsValid() && refers(v.Type()) {
			copied[i] = copyValue(v, 0).Interface()
		}
	}
	return copied
}

// maxDepth ends the copy of a value that refers to itself. No argument that
// PostgreSQL takes is as deep.
const maxDepth = 16

// refers reports whether a copy of a value of the type shares something that
// can be written to.
func refers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Slice, reflect.Map, reflect.Interface:
		return true
	case reflect.Pointer:
		return !guardsItself(t.Elem())
	case reflect.Struct:
		return !guardsItself(t)
	case reflect.Array:
		return refers(t.Elem())
	default:
		return false
	}
}

func copyValue(v reflect.Value, depth int) reflect.Value {
	if !refers(v.Type()) || depth > maxDepth {
		return v
	}
	own := reflect.New(v.Type()).Elem()
	own.Set(v)
	switch v.Kind() {
	case reflect.Interface:
		if !v.IsNil() {
			own.Set(copyValue(v.Elem(), depth+1))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			own.Set(reflect.New(v.Type().Elem()))
			own.Elem().Set(copyValue(v.Elem(), depth+1))
		}
	case reflect.Slice:
		if v.IsNil() {
			break
		}
		own.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		reflect.Copy(own, v)
		for i := 0; refers(v.Type().Elem()) && i < v.Len(); i++ {
			own.Index(i).Set(copyValue(v.Index(i), depth+1))
		}
	case reflect.Array:
		for i := range v.Len() {
			own.Index(i).Set(copyValue(v.Index(i), depth+1))
		}
	case reflect.Map:
		if v.IsNil() {
			break
		}
		own.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for each := v.MapRange(); each.Next(); {
			own.SetMapIndex(each.Key(), copyValue(each.Value(), depth+1))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			own.Field(i).Set(copyValue(v.Field(i), depth+1))
		}
	default:
	}
	return own
}

// guardsItself reports whether the type is a struct with unexported fields.
func guardsItself(t reflect.Type) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for i := range t.NumField() {
		if !t.Field(i).IsExported() {
			return true
		}
	}
	return false
}
