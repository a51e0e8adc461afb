package signin

func (c *Checker) Waiting() int64 { return c.waiting.Load() }

func (c *Checker) Held() int64 { return c.held.Load() }
