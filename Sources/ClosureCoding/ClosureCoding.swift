// The module ClosureCoding.
