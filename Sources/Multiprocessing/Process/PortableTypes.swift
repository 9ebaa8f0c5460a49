// Programs that use processes may need it, and nothing else of that module.
@_exported public import enum ClosureCoding.PortableTypes
