"""What we tell the sites: one pure function a file, named after the resource."""
