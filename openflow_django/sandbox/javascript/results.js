// Added to a realm whose jobs do more with `results` than name some steps. Takes the places of all results; returns a
// function that makes the object: each result is parsed when it is first read, an unknown id reads as null.
0, function (places) {
  places = Object.assign({ __proto__: null }, JSON.parse(places));
  return (read) => {
    const loaded = { __proto__: null };
    return new Proxy(Object.assign({ __proto__: null }, places), {
      get(found, id) {
        if (id in loaded) return loaded[id];
        return id in places ? (loaded[id] = read(places[id])) : null;
      },
      set(found, id, value) {
        loaded[id] = found[id] = value;
        return true;
      },
      getOwnPropertyDescriptor(found, id) {
        if (id in found) found[id] = this.get(found, id);
        return Reflect.getOwnPropertyDescriptor(found, id);
      },
    });
  };
}
