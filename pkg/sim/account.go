package sim

// Account is one AWS account of the simulated organization.
type Account struct {
	ID, Name   string
	Management bool // whose operator runs the engine; every other account trusts it
}
