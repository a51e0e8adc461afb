// How a program uses the types that openapi-typescript makes of the document.
// It is type-checked: a comment "@ts-expect-error" fails where there is no error.
import createClient from "openapi-fetch";
import type { components, paths } from "./shop.gen";

const client = createClient<paths>({ baseUrl: "http://127.0.0.1:8080" });

type Customer = components["schemas"]["Customer"];

export async function names(): Promise<(string | null)[]> {
  const { data, error } = await client.GET("/v1/customers/", {
    params: { query: { page: 2, limit: 7, sorting: ["-created_at", "email"] } },
  });
  if (error) {
    throw new Error(error.error);
  }
  const pages: number = data.pagination.max_page;
  return pages > 0 ? data.items.map((customer: Customer) => customer.name) : [];
}

export async function rename(id: string, name: string | null): Promise<Customer | undefined> {
  const { data, error, response } = await client.PATCH("/v1/customers/{id}", {
    params: { path: { id } },
    body: { name }, // null takes the name away, absent leaves it
  });
  if (response.status === 422 && error && Array.isArray(error.detail)) {
    return undefined;
  }
  return data;
}

// What has a default may be left out; so may all of a change.
export async function create(email: string): Promise<Customer | undefined> {
  const body: components["schemas"]["CustomerCreate"] = { email };
  const { data } = await client.POST("/v1/customers/", { body });
  await client.PATCH("/v1/customers/{id}", { params: { path: { id: data?.id ?? "" } }, body: {} });
  return data;
}

export async function mistakes(): Promise<void> {
  await client.GET("/v1/customers/", {
    // @ts-expect-error: sorting is a closed set
    params: { query: { sorting: ["nope"] } },
  });
  // @ts-expect-error: email is required
  await client.POST("/v1/customers/", { body: { name: "Ada" } });
  // @ts-expect-error: there is no such operation
  await client.DELETE("/v1/customers/");
}

// A read schema has every field.
export const everyField: (keyof Customer)[] = ["created_at", "updated_at", "id", "email", "name", "metadata"];
